/** What a module's image says about itself, in its section `.modinfo`. */
export interface ModuleInfo {
  readonly name: string;
  readonly depends: readonly string[];
  readonly vermagic: string | undefined;
}

/** What a {@link moduleImage} asks for: any field of modinfo, above all `name`. */
export type ModuleImageRequest = Readonly<Record<string, string | readonly string[]>> & {
  readonly name: string;
};

const headerSize = 64;
const sectionSize = 64;
const sectionNames = "\0.modinfo\0.shstrtab\0";

/**
 * The bytes of a relocatable ELF file with a section `.modinfo`: enough for modinfo(8) and for the
 * simulated kernel, which loads it as the module that it names.
 */
export function moduleImage(request: ModuleImageRequest): Uint8Array {
  const info = encode(
    Object.entries(request)
      .flatMap(([key, values]) => [values].flat().map((value) => `${key}=${value}\0`))
      .join(""),
  );
  const names = encode(sectionNames);
  const table = headerSize + Math.ceil((info.length + names.length) / 8) * 8;
  const bytes = new Uint8Array(table + 3 * sectionSize);
  bytes.set(elfHeader(table));
  bytes.set(info, headerSize);
  bytes.set(names, headerSize + info.length);
  const view = new DataView(bytes.buffer);
  writeSection(view, table + sectionSize, 1, 1, headerSize, info.length);
  writeSection(view, table + 2 * sectionSize, 10, 3, headerSize + info.length, names.length);
  return bytes;
}

function elfHeader(table: number): Uint8Array {
  const bytes = new Uint8Array(headerSize);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, 1, true);
  view.setUint16(18, 62, true);
  view.setUint32(20, 1, true);
  view.setBigUint64(40, BigInt(table), true);
  view.setUint16(52, headerSize, true);
  view.setUint16(58, sectionSize, true);
  view.setUint16(60, 3, true);
  view.setUint16(62, 2, true);
  return bytes;
}

function writeSection(
  view: DataView,
  at: number,
  name: number,
  type: number,
  offset: number,
  size: number,
): void {
  view.setUint32(at, name, true);
  view.setUint32(at + 4, type, true);
  view.setBigUint64(at + 24, BigInt(offset), true);
  view.setBigUint64(at + 32, BigInt(size), true);
  view.setBigUint64(at + 48, 1n, true);
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** What the image of a module says about itself; `undefined` for what is no module. */
export function readModuleImage(image: Uint8Array): ModuleInfo | undefined {
  const text = new TextDecoder("latin1").decode(image);
  if (!text.startsWith("\x7fELF")) return undefined;
  const field = (key: string): string | undefined =>
    new RegExp(`(?:^|[\\0\\x01-\\x1f\\x7f-\\xff])${key}=([^\\0]*)\\0`).exec(text)?.[1];
  const name = field("name");
  if (name === undefined) return undefined;
  const depends = (field("depends") ?? "").split(",").filter((each) => each !== "");
  return { name, depends, vermagic: field("vermagic") };
}

/** Whether the bytes are compressed, as a module may be: gzip, xz or zstd. */
export function isCompressed(image: Uint8Array): boolean {
  const start = [...image.subarray(0, 4)]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
  return ["1f8b", "fd377a58", "28b52ffd"].some((magic) => start.startsWith(magic));
}
