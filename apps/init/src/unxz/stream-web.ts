interface Source {
  start(controller: Controller): Promise<void>;
  pull(controller: Controller): Promise<void>;
}

interface Controller {
  enqueue(piece: Uint8Array): void;
  close(): void;
}

/**
 * As much of the Streams standard as `xz-decompress` is built on, for any JavaScript host: Bare has none of it, and
 * Node would first have to load its own. A class, since that package extends it.
 */
export class ReadableStream {
  readonly #source: Source;

  constructor(source: Source) {
    this.#source = source;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    const pieces: Uint8Array[] = [];
    const end = new AbortController();
    const controller: Controller = {
      enqueue: (piece) => pieces.push(piece),
      close: () => end.abort(),
    };
    await this.#source.start(controller);
    while (!end.signal.aborted) {
      await this.#source.pull(controller);
      yield* pieces.splice(0);
    }
  }
}
