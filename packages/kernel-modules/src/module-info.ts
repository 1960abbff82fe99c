/** What the `.modinfo` of a module says, and how the file is signed. */
export interface ModuleInfo {
  /** Every entry in the order of the file: `["license", "GPL"]`. */
  readonly entries: readonly (readonly [key: string, value: string])[];
  /** The name by which the kernel knows it. */
  readonly name: string | undefined;
  /** The kernel that it was built for: release, then what else must agree. */
  readonly vermagic: string | undefined;
  /** The modules that it needs directly. */
  readonly depends: readonly string[];
  readonly aliases: readonly string[];
  /** The firmware files that it may ask for, below `/lib/firmware`. */
  readonly firmware: readonly string[];
  /** Whether a signature follows the module. */
  readonly signed: boolean;
}

/**
 * Reads the `.modinfo` section of an uncompressed module: ELF, 32 or 64 bits, either byte order.
 *
 * @throws RangeError when the bytes are not an ELF file with such a section.
 */
export function moduleInfo(bytes: Uint8Array): ModuleInfo {
  const section = findSection(bytes, ".modinfo");
  const text = new TextDecoder().decode(section);
  const entries = text
    .split("\0")
    .filter((entry) => entry !== "")
    .map(splitEntry);
  const values = (key: string) =>
    entries.filter((entry) => entry[0] === key).map(([, value]) => value);
  return {
    entries,
    name: values("name")[0],
    vermagic: values("vermagic")[0],
    depends: values("depends").flatMap((list) => list.split(",").filter((name) => name !== "")),
    aliases: values("alias"),
    firmware: values("firmware"),
    signed: isSigned(bytes),
  };
}

/** What ends a signed file; see `include/linux/module_signature.h`. */
const signatureMarker = "~Module signature appended~\n";

/** Whether a signature follows the module, so that no byte of it may change. */
export function isSigned(bytes: Uint8Array): boolean {
  return (
    new TextDecoder("latin1").decode(bytes.subarray(-signatureMarker.length)) === signatureMarker
  );
}

function splitEntry(entry: string): readonly [string, string] {
  const equals = entry.indexOf("=");
  return equals === -1 ? [entry, ""] : [entry.slice(0, equals), entry.slice(equals + 1)];
}

/** Offsets in the headers of elf(5), for files of 32 and of 64 bits. */
const layouts = {
  1: { sectionTable: 0x20, entrySize: 0x2e, count: 0x30, names: 0x32, offset: 0x10, size: 0x14 },
  2: { sectionTable: 0x28, entrySize: 0x3a, count: 0x3c, names: 0x3e, offset: 0x18, size: 0x20 },
} as const;

function findSection(bytes: Uint8Array, wanted: string): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 0x40 || view.getUint32(0) !== 0x7f454c46)
    throw new RangeError("not an ELF file");
  const bits = bytes[4];
  if (bits !== 1 && bits !== 2) throw new RangeError("an ELF file of an unknown class");
  const layout = layouts[bits];
  const little = bytes[5] === 1;
  const word = (at: number) =>
    bits === 1 ? view.getUint32(at, little) : Number(view.getBigUint64(at, little));
  const table = word(layout.sectionTable);
  const entrySize = view.getUint16(layout.entrySize, little);
  const count = view.getUint16(layout.count, little);
  const content = (index: number): Uint8Array => {
    const header = table + index * entrySize;
    const start = word(header + layout.offset);
    return bytes.subarray(start, start + word(header + layout.size));
  };
  const names = content(view.getUint16(layout.names, little));
  for (let index = 0; index < count; index++) {
    const name = names.subarray(view.getUint32(table + index * entrySize, little));
    if (new TextDecoder("latin1").decode(name.subarray(0, name.indexOf(0))) === wanted)
      return content(index);
  }
  throw new RangeError(`an ELF file without a section ${wanted}`);
}
