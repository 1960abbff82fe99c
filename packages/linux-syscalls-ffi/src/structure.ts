/** How a field lies in a structure of C; integers are little-endian, as on x64 and arm64. */
type FieldKind = "i32" | "u16" | "u32" | "u64" | "u8";

/** How a structure of C lies in memory: its size, where each field begins, and what it is. */
export interface Layout {
  readonly size: number;
  readonly fields: Readonly<Record<string, readonly [offset: number, kind: FieldKind]>>;
}

/** The values of the fields of a structure. */
export type ValuesOf<Of extends Layout> = {
  readonly [Name in keyof Of["fields"]]: Of["fields"][Name][1] extends "u64" ? bigint : number;
};

/** A structure in memory of its own; what `values` does not name is zero. */
export function makeStructure<Of extends Layout>(
  layout: Of,
  values: Partial<ValuesOf<Of>> = {},
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(layout.size);
  writeStructure(layout, bytes, values);
  return bytes;
}

/** All fields of the structure in `bytes`. */
export function readStructure<Of extends Layout>(layout: Of, bytes: Uint8Array): ValuesOf<Of> {
  const memory = viewOf(bytes);
  const values: Record<string, number | bigint> = {};
  for (const [name, [offset, kind]] of Object.entries(layout.fields)) {
    values[name] = getField(memory, offset, kind);
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- made from the same layout
  return values as ValuesOf<Of>;
}

/** Changes the fields of the structure in `bytes` that `values` names. */
export function writeStructure<Of extends Layout>(
  layout: Of,
  bytes: Uint8Array,
  values: Partial<ValuesOf<Of>>,
): void {
  const memory = viewOf(bytes);
  for (const [name, value] of Object.entries<number | bigint | undefined>(values)) {
    const field = layout.fields[name];
    if (field !== undefined && value !== undefined) setField(memory, ...field, value);
  }
}

/** Writes `text` and a NUL at `offset`, where `room` bytes are reserved for both. */
export function writeText(bytes: Uint8Array, offset: number, room: number, text: string): void {
  const encoded = new TextEncoder().encode(text);
  if (encoded.length >= room) throw new RangeError(`"${text}" is longer than ${room - 1} bytes`);
  bytes.set(encoded, offset);
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

function getField(memory: DataView, offset: number, kind: FieldKind): number | bigint {
  if (kind === "u64") return memory.getBigUint64(offset, true);
  if (kind === "u8") return memory.getUint8(offset);
  if (kind === "u16") return memory.getUint16(offset, true);
  return kind === "u32" ? memory.getUint32(offset, true) : memory.getInt32(offset, true);
}

function setField(memory: DataView, offset: number, kind: FieldKind, value: number | bigint): void {
  if (kind === "u64") memory.setBigUint64(offset, BigInt(value), true);
  else if (kind === "u8") memory.setUint8(offset, Number(value));
  else if (kind === "u16") memory.setUint16(offset, Number(value), true);
  else memory.setInt32(offset, Number(value), true);
}
