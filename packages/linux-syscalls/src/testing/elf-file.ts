/** What an {@link elfFile} asks for. */
export interface ElfRequest {
  /** The program interpreter, as in `/lib64/ld-linux-x86-64.so.2`; without it, a static program. */
  readonly interpreter?: string;
}

const headerSize = 64;
const programHeaderSize = 56;
/** PT_LOAD and PT_INTERP */
const loadSegment = 1;
const interpreterSegment = 3;

/** The bytes of the smallest ELF program for x86-64: enough for whoever reads its headers. See elf(5). */
export function elfFile({ interpreter }: ElfRequest = {}): Uint8Array {
  const path = new TextEncoder().encode(interpreter === undefined ? "" : `${interpreter}\0`);
  const start = headerSize + programHeaderSize;
  const bytes = new Uint8Array(start + path.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, 2, true);
  view.setUint16(18, 62, true);
  view.setUint32(20, 1, true);
  view.setBigUint64(32, BigInt(headerSize), true);
  view.setUint16(52, headerSize, true);
  view.setUint16(54, programHeaderSize, true);
  view.setUint16(56, 1, true);
  // The kernel refuses a program without any program header; a static one loads its own (empty) bytes.
  view.setUint32(headerSize, path.length === 0 ? loadSegment : interpreterSegment, true);
  view.setBigUint64(headerSize + 8, BigInt(start), true);
  view.setBigUint64(headerSize + 32, BigInt(path.length), true);
  view.setBigUint64(headerSize + 40, BigInt(path.length), true);
  bytes.set(path, start);
  return bytes;
}

/** What runs a program: an ELF file's interpreter, or that of a `#!` line; `undefined`: the kernel itself. */
export function interpreterOf(content: Uint8Array): string | undefined {
  const text = new TextDecoder("latin1").decode(content.subarray(0, 4));
  if (text.startsWith("#!")) return scriptInterpreter(content);
  return text === "\x7fELF" ? elfInterpreter(content) : undefined;
}

/** Whether the kernel knows how to run such a file. */
export function isRunnable(content: Uint8Array): boolean {
  const text = new TextDecoder("latin1").decode(content.subarray(0, 4));
  return text.startsWith("#!") || (text === "\x7fELF" && content.length >= headerSize);
}

function scriptInterpreter(content: Uint8Array): string | undefined {
  const line = new TextDecoder().decode(content.subarray(2, 256)).split("\n")[0] ?? "";
  return line.trim().split(/[ \t]/)[0];
}

function elfInterpreter(content: Uint8Array): string | undefined {
  if (content.length < headerSize) return undefined;
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const table = Number(view.getBigUint64(32, true));
  for (let i = 0; i < view.getUint16(56, true); i++) {
    const header = table + i * programHeaderSize;
    if (header + programHeaderSize > content.length) return undefined;
    if (view.getUint32(header, true) !== interpreterSegment) continue;
    const start = Number(view.getBigUint64(header + 8, true));
    const end = content.indexOf(0, start);
    return new TextDecoder().decode(content.subarray(start, end));
  }
  return undefined;
}
