/** What the decoders here read. */
type Encoding = "latin1" | "utf-16be" | "utf-16le" | "utf-8";

/** As the class of the web's Encoding standard, as far as it is used: it never throws. */
export class TextDecoder {
  readonly #encoding: Encoding;
  readonly #ignoreBom: boolean;
  #kept = new Uint8Array();

  constructor(
    encoding: Encoding = "utf-8",
    { ignoreBOM = false }: { readonly ignoreBOM?: boolean } = {},
  ) {
    this.#encoding = encoding;
    this.#ignoreBom = ignoreBOM;
  }

  decode(
    input: Uint8Array = new Uint8Array(),
    { stream = false }: { readonly stream?: boolean } = {},
  ): string {
    const bytes = Buffer.concat([this.#kept, input]);
    const end = stream ? completeLength(bytes) : bytes.length;
    this.#kept = bytes.subarray(end).slice();
    const text = decoders[this.#encoding](bytes.subarray(0, end));
    return text.startsWith("\ufeff") && !this.#ignoreBom ? text.slice(1) : text;
  }
}

const decoders: Readonly<Record<Encoding, (bytes: Buffer) => string>> = {
  latin1: (bytes) => bytes.toString("latin1"),
  "utf-8": (bytes) => bytes.toString("utf8"),
  "utf-16le": (bytes) => bytes.toString("utf16le"),
  "utf-16be": (bytes) =>
    Buffer.from(bytes.subarray(0, bytes.length & ~1))
      .swap16()
      .toString("utf16le"),
};

/** How many bytes of UTF-8 are whole characters: a last one that is cut waits for its rest. */
function completeLength(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return needed > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

/** As the class of the web's Encoding standard. */
export class TextEncoder {
  encode(text = ""): Uint8Array {
    return new Uint8Array(Buffer.from(text));
  }

  encodeInto(text: string, room: Uint8Array): { readonly written: number } {
    const bytes = Buffer.from(text);
    const end = completeLength(bytes.subarray(0, room.length));
    room.set(bytes.subarray(0, end));
    return { written: end };
  }
}
