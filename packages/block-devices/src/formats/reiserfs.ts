import { fieldsOf } from "../fields.ts";
import { magic, type Format } from "../format.ts";

/** The superblock of Reiserfs, and the older place of version 3.5. */
const places = { current: 0x10000, old: 0x2000 } as const;
const magicOffset = 0x34;

/** What stands at the magic's place, and the version that it means. */
const versions = { ReIsErFs: "3.5", ReIsEr2Fs: "3.6", ReIsEr3Fs: "JR" } as const;

/** Reiserfs 3.5 and 3.6; JR is 3.6 with its journal elsewhere. */
export const reiserfs: Format = {
  magics: [
    magic(places.current + magicOffset, "ReIsEr"),
    magic(places.old + magicOffset, "ReIsErFs"),
  ],
  async read(reader, place) {
    const superblock = place - magicOffset;
    const bytes = await reader.at(superblock, 128);
    if (bytes === undefined) return undefined;
    const fields = fieldsOf(bytes);
    const text = fields.text(magicOffset, 10);
    const version = Object.entries(versions).find(([each]) => each === text)?.[1];
    const blockSize = fields.u16(44);
    if (version === undefined || blockSize < 512) return undefined;
    const isInJournal = superblock / 1024 / (blockSize >> 9) > fields.u32(12) / 2;
    if (isInJournal) return undefined;
    return {
      type: "reiserfs",
      usage: "filesystem",
      version,
      ...(version === "3.5"
        ? {}
        : { uuid: fields.uuid(0x54), uuidKind: "dce", label: fields.text(0x64, 16) }),
      blockSize,
    };
  },
};

/** Reiser4. */
export const reiser4: Format = {
  magics: [magic(places.current, "ReIsEr4")],
  async read(reader) {
    const bytes = await reader.at(places.current, 64);
    if (bytes === undefined) return undefined;
    const fields = fieldsOf(bytes);
    return {
      type: "reiser4",
      usage: "filesystem",
      version: "4",
      uuid: fields.uuid(20),
      uuidKind: "dce",
      label: fields.text(36, 16),
      blockSize: fields.u16(18),
    };
  },
};
