import { closeSync, read } from "./node-fs.ts";

type Handler = (chunk: Uint8Array) => void;

/** What of Node's `Socket` is used: reads a pipe to its end, on a thread of the pool. */
export class Socket {
  readonly #handlers = new Map<string, Handler>();
  readonly #room = new Uint8Array(65536);
  readonly #descriptor: number;
  #isDestroyed = false;

  constructor({ fd }: { readonly fd: number }) {
    this.#descriptor = fd;
    this.#readOn();
  }

  on(event: string, handler: Handler): void {
    this.#handlers.set(event, handler);
  }

  /** Reads no further. What is being read ends in its own time: its thread cannot be called back. */
  destroy(): void {
    this.#isDestroyed = true;
    this.#handlers.get("close")?.(this.#room);
  }

  #readOn(): void {
    const room = this.#room;
    read(this.#descriptor, room, 0, room.length, null, (error, count) => {
      if (this.#isDestroyed) return closeSync(this.#descriptor);
      if (error === null && count > 0) {
        this.#handlers.get("data")?.(room.slice(0, count));
        this.#readOn();
        return;
      }
      closeSync(this.#descriptor);
      this.#handlers.get("close")?.(room);
    });
  }
}
