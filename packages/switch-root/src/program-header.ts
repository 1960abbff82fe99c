/** Reads part of a file: up to `length` bytes from `offset`, fewer at its end. */
export type ReadAt = (offset: number, length: number) => Uint8Array;

/** What the kernel reads of a program: what it would run before it, for one. */
export type ProgramHeader =
  | { readonly format: "script"; readonly interpreter: string }
  | {
      readonly format: "elf";
      /** The number of the machine that it is for. */
      readonly machine: number;
      /** A static program has none. */
      readonly interpreter?: string;
    };

/**
 * Reads what the kernel reads of a program before it runs it: the `#!` line of a script, or the
 * PT_INTERP header of an ELF file. See execve(2) and elf(5).
 *
 * @throws Error what makes the kernel answer ENOEXEC.
 */
export function readProgramHeader(read: ReadAt): ProgramHeader {
  const head = read(0, scriptHead);
  if (head.length === 0) throw new Error("is empty");
  if (startsWith(head, [0x23, 0x21]))
    return { format: "script", interpreter: scriptInterpreter(head) };
  if (startsWith(head, [0x7f, 0x45, 0x4c, 0x46])) return elfHeader(head, read);
  throw new Error("is neither an ELF program nor a script that begins with #!");
}

/** As many bytes of a script as the kernel looks at (BINPRM_BUF_SIZE); the last never counts. */
const scriptHead = 256;

function scriptInterpreter(head: Uint8Array): string {
  const newline = head.indexOf(0x0a);
  const line = head.subarray(2, newline === -1 ? scriptHead - 1 : newline);
  const [, interpreter, end] = /^[ \t]*([^ \t\0]+)([ \t\0]?)/.exec(decode(line)) ?? [];
  if (interpreter === undefined) throw new Error("has a #! line that names no interpreter");
  const cut = newline === -1 && head.length === scriptHead && end === "";
  if (cut) throw new Error(`has a #! line of more than ${scriptHead - 1} bytes`);
  return interpreter;
}

/** Offsets in the header of an ELF file and in its program headers, for one word size. */
interface ElfLayout {
  readonly header: number;
  readonly tableOffset: number;
  readonly entrySize: number;
  readonly entryCount: number;
  readonly entry: number;
  readonly segmentOffset: number;
  readonly segmentSize: number;
}

const elf32: ElfLayout = {
  header: 52,
  tableOffset: 28,
  entrySize: 42,
  entryCount: 44,
  entry: 32,
  segmentOffset: 4,
  segmentSize: 16,
};

const elf64: ElfLayout = {
  header: 64,
  tableOffset: 32,
  entrySize: 54,
  entryCount: 56,
  entry: 56,
  segmentOffset: 8,
  segmentSize: 32,
};

function elfHeader(head: Uint8Array, read: ReadAt): ProgramHeader {
  const layout = head[4] === 1 ? elf32 : elf64;
  const little = head[5] !== 2;
  if (head.length < layout.header) throw new Error("is a truncated ELF file");
  const header = viewOf(head);
  const type = header.getUint16(16, little);
  const machine = header.getUint16(18, little);
  if (type !== executableType && type !== sharedType) {
    throw new Error("is an ELF file, but not a program");
  }
  const size = header.getUint16(layout.entrySize, little);
  const count = header.getUint16(layout.entryCount, little);
  if (size !== layout.entry || count === 0 || size * count > 0x10000) {
    throw new Error("is an ELF file with a damaged header");
  }
  const table = read(wordAt(header, layout.tableOffset, layout, little), size * count);
  if (table.length < size * count) throw new Error("is a truncated ELF file");
  for (let start = 0; start < table.length; start += size) {
    const entry = viewOf(table.subarray(start, start + size));
    if (entry.getUint32(0, little) !== interpreterSegment) continue;
    const offset = wordAt(entry, layout.segmentOffset, layout, little);
    const length = wordAt(entry, layout.segmentSize, layout, little);
    return { format: "elf", machine, interpreter: elfInterpreter(read, offset, length) };
  }
  return { format: "elf", machine };
}

/** ET_EXEC, ET_DYN and PT_INTERP of elf(5). */
const executableType = 2;
const sharedType = 3;
const interpreterSegment = 3;

/** PATH_MAX; the kernel takes no longer name of an interpreter. */
const longestPath = 4096;

function elfInterpreter(read: ReadAt, offset: number, length: number): string {
  const name = length >= 2 && length <= longestPath ? read(offset, length) : undefined;
  if (name?.length !== length || name.at(-1) !== 0) {
    throw new Error("is an ELF file with a damaged interpreter name");
  }
  return decode(name.subarray(0, name.indexOf(0)));
}

function wordAt(view: DataView, offset: number, layout: ElfLayout, little: boolean): number {
  return layout === elf32
    ? view.getUint32(offset, little)
    : Number(view.getBigUint64(offset, little));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, index) => bytes[index] === byte);
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
