import { describe, expect, it } from "@jest/globals";
import { formatUuid, parseUuid, sameUuid, uuidKinds } from "@earlyboot/mount-spec";
import * as fc from "fast-check";
import { counterexample, same, uuids } from "./arbitraries.ts";

describe("parseUuid", () => {
  it.each([
    ["0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0", "dce", "0f1e2d3c4b5a69788796a5b4c3d2e1f0"],
    ["1234-ABCD", "fat", "cdab3412"],
    ["0123456789ABCDEF", "ntfs", "efcdab8967452301"],
    ["2024-01-31-12-00-00-00", "iso9660", "32303234303133313132303030303030"],
  ] as const)("reads %s as %s, with the bytes of the disk", (text, kind, hex) => {
    const uuid = parseUuid(text);

    expect(uuid?.kind).toBe(kind);
    expect(Buffer.from(uuid?.bytes ?? []).toString("hex")).toBe(hex);
  });

  it("reads the kind that it is told to", () => {
    expect(parseUuid("1234-abcd", "exfat")?.kind).toBe("exfat");
    expect(parseUuid("1234-abcd", "ntfs")).toBeUndefined();
  });

  it.each([
    "",
    "1234-ABC",
    "1234-ABCG",
    "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
    "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0 ",
    "2024-01-31",
    "1234-ABCD\n",
  ])("finds no UUID in %j", (text) => {
    expect(parseUuid(text)).toBeUndefined();
  });

  it("reads what formatUuid writes, in either case", () => {
    expect(
      counterexample(
        fc.property(uuids, (uuid) => {
          const text = formatUuid(uuid);
          return [text, text.toLowerCase(), text.toUpperCase()].every((written) =>
            same(parseUuid(written, uuid.kind), uuid),
          );
        }),
      ),
    ).toBeUndefined();
  });
});

describe("formatUuid", () => {
  it("writes the usual text of every text that is read", () => {
    expect(
      counterexample(
        fc.property(uuids, (uuid) => {
          const text = formatUuid(uuid);
          const again = parseUuid(text.toLowerCase(), uuid.kind);
          return again !== undefined && formatUuid(again) === text;
        }),
      ),
    ).toBeUndefined();
  });

  it.each(uuidKinds)("refuses bytes that are no UUID of the kind %s", (kind) => {
    expect(() => formatUuid({ kind, bytes: new Uint8Array(3) })).toThrow(RangeError);
  });

  it("refuses a date that is not made of digits", () => {
    expect(() => formatUuid({ kind: "iso9660", bytes: new Uint8Array(16) })).toThrow(/iso9660/);
  });
});

describe("sameUuid", () => {
  it("ignores case", () => {
    expect(sameUuid("1234-abcd", "1234-ABCD")).toBe(true);
    expect(sameUuid("1234-abcd", "1234-ABCE")).toBe(false);
  });
});
