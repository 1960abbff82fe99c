import type { Replacement } from "./elf.ts";

/** An ELF file whose table of names is smaller. */
export interface FewerSymbols {
  /** Where the table is, what it holds now, and how much room it had. */
  readonly strings: { readonly offset: number; readonly size: number; readonly content: Buffer };
  /** What changes elsewhere. */
  readonly replacements: readonly Replacement[];
}

/**
 * Leaves out, of a loaded ELF file, the names under which it offers C++ functions and data to libraries: tens of
 * thousands in a program that exports all of V8. What the file itself needs by name, what it
 * takes from others, C names, and what libraries may take from the program stay: `operator new` and `delete`, and the
 * function that sets flags of V8. A library that asked for another name would be told that there is no such symbol.
 *
 * `undefined` for a file without a hash table of the GNU kind.
 */
export function forgetCppSymbols(file: Buffer): FewerSymbols | undefined {
  const tables = findTables(file);
  if (tables === undefined) return undefined;
  const { symbols, strings, stringsSize, chains, firstHashed, bloom } = tables;
  const names = file.subarray(strings, strings + stringsSize);
  const nameAt = (at: number): Buffer => names.subarray(at, names.indexOf(0, at));
  const kept: Buffer[] = [Buffer.alloc(1)];
  const places = new Map([[0, 0]]);
  let end = 1;
  /** The same name's place in the smaller table. */
  function placeOf(at: number): number {
    const known = places.get(at);
    if (known !== undefined) return known;
    const name = Buffer.concat([nameAt(at), Buffer.alloc(1)]);
    kept.push(name);
    places.set(at, end);
    end += name.length;
    return end - name.length;
  }
  for (const at of tables.nameFields) file.writeUInt32LE(placeOf(file.readUInt32LE(at)), at);
  file.fill(0, bloom.offset, bloom.offset + bloom.words * 8);
  for (let index = 0; index < tables.count; index++) {
    const at = symbols + index * symbolSize;
    const name = nameAt(file.readUInt32LE(at));
    const isHashed = index >= firstHashed;
    if (!isHashed || tables.needed.has(index) || !isForgotten(name)) {
      file.writeUInt32LE(placeOf(file.readUInt32LE(at)), at);
      if (isHashed) addToBloom(file, bloom, gnuHash(name));
      continue;
    }
    file.fill(0, at, at + symbolSize);
    // The lowest bit ends a chain of symbols with the same hash.
    const chain = chains + (index - firstHashed) * 4;
    file.writeUInt32LE(file.readUInt32LE(chain) & 1, chain);
  }
  file.writeBigUInt64LE(BigInt(end), tables.sizeField);
  const ranges = [
    [tables.sizeField, tables.sizeField + 8],
    [symbols, symbols + tables.count * symbolSize],
    [bloom.offset, chains + (tables.count - firstHashed) * 4],
    ...tables.nameFields.map((at) => [at, at + 4]),
  ];
  return {
    strings: { offset: strings, size: stringsSize, content: Buffer.concat(kept) },
    replacements: ranges.map(([from = 0, to]) => ({
      offset: from,
      bytes: Buffer.from(file.subarray(from, to)),
    })),
  };
}

const symbolSize = 24;

/** A mangled C++ name that no library takes from the program. */
function isForgotten(name: Buffer): boolean {
  return /^_Z[^nd]/.test(name.toString("latin1", 0, 3)) && !name.equals(setFlagsFromString);
}

/** `v8::V8::SetFlagsFromString(const char*)` */
const setFlagsFromString = Buffer.from("_ZN2v82V818SetFlagsFromStringEPKc");

/** The hash function of DT_GNU_HASH. */
function gnuHash(name: Buffer): number {
  return name.reduce((hash, byte) => (Math.imul(hash, 33) + byte) >>> 0, 5381);
}

/** A filter in front of the hash table: two bits for every name that is in it. */
interface Bloom {
  readonly offset: number;
  readonly words: number;
  readonly shift: number;
}

function addToBloom(file: Buffer, { offset, words, shift }: Bloom, hash: number): void {
  const at = offset + (Math.floor(hash / 64) % words) * 8;
  for (const bit of [hash % 64, (hash >>> shift) % 64]) {
    const byte = at + (bit >> 3);
    file.writeUInt8(file.readUInt8(byte) | (1 << (bit & 7)), byte);
  }
}

/** Where the tables are in the file. */
interface Tables {
  readonly symbols: number;
  readonly count: number;
  readonly strings: number;
  readonly stringsSize: number;
  /** Where that size stands. */
  readonly sizeField: number;
  readonly firstHashed: number;
  readonly chains: number;
  readonly bloom: Bloom;
  /** Symbols that the file's own relocations name. */
  readonly needed: ReadonlySet<number>;
  /** Where places of names stand that are not those of symbols: libraries, versions. */
  readonly nameFields: readonly number[];
}

/** Tags of the dynamic section, and of which the values are names. */
const tag = {
  pltRelocationsSize: 2,
  strings: 5,
  symbols: 6,
  relocations: 7,
  relocationsSize: 8,
  stringsSize: 10,
  pltRelocations: 23,
  gnuHash: 0x6fff_fef5,
  versions: 0x6fff_fffe,
  versionCount: 0x6fff_ffff,
} as const;
const nameTags: readonly number[] = [1, 14, 15, 29];

function findTables(file: Buffer): Tables | undefined {
  const segments = segmentsOf(file);
  const dynamic = segments.find(({ type }) => type === 2);
  if (dynamic === undefined) return undefined;
  const entries = Array.from({ length: dynamic.size >> 4 }, (_, index) => {
    const at = dynamic.offset + index * 16;
    return [Number(file.readBigInt64LE(at)), Number(file.readBigUInt64LE(at + 8))] as const;
  });
  const values = new Map(entries);
  const valueOf = (wanted: number): number => values.get(wanted) ?? 0;
  const place = (wanted: number): number => {
    const address = valueOf(wanted);
    const home = segments.find(
      (one) => one.type === 1 && address >= one.address && address < one.address + one.size,
    );
    return home === undefined ? 0 : address - home.address + home.offset;
  };
  const hash = place(tag.gnuHash);
  if (hash === 0) return undefined;
  const [buckets = 0, firstHashed = 0, words = 0, shift = 0] = [0, 4, 8, 12].map((at) =>
    file.readUInt32LE(hash + at),
  );
  const bucketsAt = hash + 16 + words * 8;
  const chains = bucketsAt + buckets * 4;
  const starts = Array.from({ length: buckets }, (_, i) => file.readUInt32LE(bucketsAt + i * 4));
  const fieldsOf = (tags: readonly number[]): readonly number[] =>
    entries.flatMap(([key], index) =>
      tags.includes(key) ? [dynamic.offset + index * 16 + 8] : [],
    );
  const [sizeField = 0] = fieldsOf([tag.stringsSize]);
  return {
    symbols: place(tag.symbols),
    count: endOfChain(file, chains, firstHashed, Math.max(0, ...starts)),
    strings: place(tag.strings),
    stringsSize: valueOf(tag.stringsSize),
    sizeField,
    firstHashed,
    chains,
    bloom: { offset: hash + 16, words, shift },
    needed: new Set([
      ...namedBy(file, place(tag.relocations), valueOf(tag.relocationsSize)),
      ...namedBy(file, place(tag.pltRelocations), valueOf(tag.pltRelocationsSize)),
    ]),
    nameFields: [
      ...fieldsOf(nameTags),
      ...versionNames(file, place(tag.versions), valueOf(tag.versionCount)),
    ],
  };
}

function segmentsOf(file: Buffer) {
  const table = Number(file.readBigUInt64LE(32));
  return Array.from({ length: file.readUInt16LE(56) }, (_, index) => {
    const at = table + index * 56;
    return {
      type: file.readUInt32LE(at),
      offset: Number(file.readBigUInt64LE(at + 8)),
      address: Number(file.readBigUInt64LE(at + 16)),
      size: Number(file.readBigUInt64LE(at + 32)),
    };
  });
}

/** No header tells how many symbols there are: the last bucket's chain ends with the last of them. */
function endOfChain(file: Buffer, chains: number, first: number, start: number): number {
  let index = start;
  while (index >= first && (file.readUInt32LE(chains + (index - first) * 4) & 1) === 0) index++;
  return index + 1;
}

/** `r_info` of Elf64_Rela: the symbol is in the upper half. */
function* namedBy(file: Buffer, start: number, size: number): Generator<number> {
  for (let at = start; at < start + size; at += 24) {
    const symbol = file.readUInt32LE(at + 12);
    if (symbol !== 0) yield symbol;
  }
}

/** Elf64_Verneed and Elf64_Vernaux: where the name of a library is, and those of the versions that are needed of it. */
function* versionNames(file: Buffer, start: number, count: number): Generator<number> {
  let need = start;
  for (let i = 0; i < count; i++) {
    yield need + 4;
    let version = need + file.readUInt32LE(need + 8);
    for (let left = file.readUInt16LE(need + 2); left > 0; left--) {
      yield version + 8;
      version += file.readUInt32LE(version + 12);
    }
    need += file.readUInt32LE(need + 12);
  }
}
