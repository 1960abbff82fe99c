import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";
import {
  fileSystem,
  fileSystemFlags,
  fromSpec,
  toSpec,
  uuidKinds,
  type FileSystem,
} from "@earlyboot/mount-spec";
import { errorCode } from "@earlyboot/linux-syscalls";
import { Ajv2020 } from "ajv/dist/2020.js";
import * as fc from "fast-check";
import { counterexample, fileSystems, same } from "./arbitraries.ts";

const schemaFile = fileURLToPath(import.meta.resolve("@earlyboot/mount-spec/schema.json"));
const schema: object = JSON.parse(readFileSync(schemaFile, "utf8"));
const accepts = new Ajv2020({ strict: false }).compile(schema);

const root = fileSystem({
  device: { uuid: "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0", kind: "dce" },
  mountPoint: "/",
  type: "ext4",
});

describe("toSpec", () => {
  it("writes a version, and of a UUID its kind and its bytes in base64", () => {
    expect(toSpec(root)).toMatchObject({
      version: 1,
      device: { uuid: { kind: "dce", bytes: "Dx4tPEtaaXiHlqW0w9Lh8A==" } },
    });
  });

  it("leaves the location out", () => {
    const location = { file: "secret", line: 1, column: 1 };

    expect(JSON.stringify(toSpec(fileSystem({ ...root, location })))).not.toContain("secret");
  });

  it("writes what fromSpec reads as the same, and the schema accepts, through JSON", () => {
    expect(
      counterexample(
        fc.property(fileSystems, (fs) => {
          const json: unknown = JSON.parse(JSON.stringify(toSpec(fs)));
          return accepts(json) && same(fromSpec(json), fs);
        }),
      ),
    ).toBeUndefined();
  });
});

describe("fromSpec", () => {
  const least = { version: 1, device: { path: "/dev/vda" }, mountPoint: "/", type: "ext4" };

  it("fills the defaults of what is missing", () => {
    const { device, mountPoint, type } = fileSystem({
      device: { path: "/dev/vda" },
      mountPoint: "/",
      type: "ext4",
    });

    expect(fromSpec(least)).toEqual(fileSystem({ device, mountPoint, type }));
  });

  it("ignores fields that it does not know", () => {
    const newer = { ...least, colour: "red", device: { ...least.device, colour: "red" } };

    expect(fromSpec(newer)).toEqual(fromSpec(least));
  });

  it("ignores a check of a type that it knows no checker of", () => {
    expect(fromSpec({ ...least, type: "squashfs", check: true }).check).toBe(false);
  });

  it("refuses a higher version and names both numbers", () => {
    expect(() => fromSpec({ ...least, version: 2 })).toThrow(
      expect.objectContaining({ code: "NEWER_SPEC", message: expect.stringMatching(/2.*1/) }),
    );
  });

  it("refuses a higher version of a dependency", () => {
    expect(() => fromSpec({ ...least, dependencies: [{ ...least, version: 7 }] })).toThrow(/7/);
  });

  it.each([
    [
      ["/dev/sda1", "device", "/", "ext4", ["read-only"], "data=journal", true],
      { device: { path: "/dev/sda1" }, flags: ["read-only"], options: "data=journal" },
    ],
    [["home", "label", "/home", "ext4", [], null, false], { device: { label: "home" } }],
    [
      ["1234-abcd", "uuid", "/boot", "vfat", [], null, true],
      { device: { uuid: "1234-ABCD", kind: "fat" }, check: true },
    ],
    [
      ["none", "device", "/dev/pts", "devpts", [], "gid=996", true],
      { device: { none: "none" }, check: false },
    ],
    [["/dev/sda1", "/", "ext4", [], null, true], { device: { path: "/dev/sda1" }, check: true }],
    [
      [{ uuid: { kind: "fat", bytes: "zas0Eg==" } }, "/boot", "vfat", [], null, true],
      { device: { uuid: "1234-ABCD", kind: "fat" } },
    ],
    [[{ label: "home" }, "/home", "ext4", [], null, true], { device: { label: "home" } }],
  ] as const)("reads the old positional form %j", (positions, expected) => {
    expect(accepts(positions)).toBe(true);
    expect(fromSpec(positions)).toMatchObject(expected);
  });

  it.each([
    [null, "the file system"],
    ["text", "the file system"],
    [[], "the file system"],
    [{ ...least, version: undefined }, "version"],
    [{ ...least, version: "1" }, "version"],
    [{ ...least, mountPoint: "x" }, "mountPoint"],
    [{ ...least, flags: null }, "flags"],
    [{ ...least, device: "/dev/vda" }, "device"],
    [{ ...least, device: { uuid: root.device.uuid } }, "device.uuid"],
    [{ ...least, device: { uuid: { kind: "fta", bytes: "" } } }, "device.uuid.kind"],
    [{ ...least, device: { uuid: { kind: "fat", bytes: "zas0Eh==" } } }, "device.uuid.bytes"],
    [{ ...least, dependencies: [1] }, "dependencies[0].the file system"],
    [["/x", "lable", "/", "ext4", [], null, true], "title"],
    [["/x", 1, "/", "ext4", [], null, true], "title"],
    [["x", "uuid", "/", "ext4", [], null, true], "device"],
  ] as const)("refuses %j and names the field %s", (value, field) => {
    expect(accepts(value)).toBe(false);
    expect(() => fromSpec(value)).toThrow(
      expect.objectContaining({ code: "BAD_DECLARATION", field }),
    );
  });
});

describe("schema.json", () => {
  it("lists the flags and the kinds of UUID that there are", () => {
    const text = JSON.stringify(schema);

    expect(text).toContain(JSON.stringify(fileSystemFlags));
    for (const kind of uuidKinds) expect(text).toContain(`"${kind}"`);
  });

  it("accepts exactly what fromSpec reads, however a serial form is spoilt", () => {
    const counts = { read: 0, refused: 0 };
    expect(
      counterexample(
        fc.property(spoiltSpecs(fileSystems.map(toPlain)), (value) => {
          const read = reads(value);
          counts[read ? "read" : "refused"]++;
          return read === accepts(value);
        }),
        20_000,
      ),
    ).toBeUndefined();

    expect(counts.read).toBeGreaterThan(500);
    expect(counts.refused).toBeGreaterThan(500);
  });
});

type Plain =
  | null
  | boolean
  | number
  | string
  | readonly Plain[]
  | { readonly [name: string]: Plain };

/** A serial form as JSON, or an old positional form of the same. */
function toPlain(fs: FileSystem): Plain {
  const plain: Plain = JSON.parse(JSON.stringify(toSpec(fs)));
  const device: Plain = JSON.parse(JSON.stringify(toSpec(fs).device));
  const rest = [fs.mountPoint, fs.type, fs.flags, fs.options, fs.check];
  const { path, label } = fs.device;
  if (fs.flags.length % 3 !== 0) return plain;
  if (path !== undefined) return [path, ...(fs.mount ? ["device"] : []), ...rest];
  return label !== undefined && fs.mount ? [label, "label", ...rest] : [device, ...rest];
}

/** Values that stand for each other in wrong places. */
const strays: readonly Plain[] = [
  null,
  true,
  false,
  0,
  1,
  2,
  -1,
  1.5,
  1e300,
  "",
  "/",
  "/..",
  "/a/..b",
  "/a/../b",
  "none",
  "ext4",
  "tmpfs",
  "a b",
  "preen",
  "read-only",
  "bind-mount",
  "a\0b",
  "dce",
  "fat",
  "ntfs",
  "exfat",
  "iso9660",
  "zas0Eg==",
  "zas0Eh==",
  "zas0Egg=",
  "AAAAAAAAAAAAAAAAAAAAAA==",
  "MjAyNDAxMzExMjAwMDAwMA==",
  "AAAAAAAAAAA=",
  "AAAAAAAAAAB=",
  "8:1",
  "08:1",
  "8:1\n",
  "9p",
  "1234-abcd",
  "1234abcd-01",
  "device",
  "label",
  "uuid",
  "host",
  "[host]",
  "\u00a0",
  "\ufeff",
  [],
  ["bind-mount"],
  ["read-only", "bind-mount"],
  {},
  { path: "/dev/vda" },
  { path: "/dev/vda", label: "x" },
  { tag: "x", type: "9p" },
  { nfs: { host: "h", path: "p" } },
  { uuid: { kind: "fat", bytes: "zas0Eg==" } },
  { uuid: { kind: "iso9660", bytes: "MjAyNDAxMzExMjAwMDAwMA==" } },
  { partUuid: "1234abcd-01", partOffset: 1 },
  { version: 1, device: { none: "x" }, mountPoint: "/", type: "tmpfs" },
];

/** Names that mean something somewhere. */
const names = [
  "version",
  "device",
  "mountPoint",
  "type",
  "flags",
  "options",
  "mount",
  "mountMayFail",
  "neededForBoot",
  "check",
  "skipCheckIfClean",
  "repair",
  "createMountPoint",
  "dependencies",
  "path",
  "number",
  "label",
  "uuid",
  "kind",
  "bytes",
  "partUuid",
  "partOffset",
  "partLabel",
  "nfs",
  "host",
  "tag",
  "none",
  "title",
  "location",
  "other",
];

/** Changes a value at up to three places. */
function spoiltSpecs(values: fc.Arbitrary<Plain>): fc.Arbitrary<Plain> {
  const change = fc.record({
    way: fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 4 }),
    name: fc.constantFrom(...names),
    stray: fc.constantFrom(...strays),
    how: fc.constantFrom("replace", "add", "remove"),
  });
  return fc
    .tuple(values, fc.array(change, { maxLength: 3 }))
    .map(([value, changes]) =>
      changes.reduce((before, each) => spoil(before, each.way, each), value),
    );
}

interface Change {
  readonly name: string;
  readonly stray: Plain;
  readonly how: string;
}

function spoil(value: Plain, way: readonly number[], change: Change): Plain {
  if (typeof value !== "object" || value === null) return change.stray;
  const isList = Array.isArray(value);
  const entries = Object.entries(value);
  const [step = 0, ...rest] = way;
  const place = entries.length === 0 ? 0 : step % entries.length;
  const entry = entries[place];
  if (entry === undefined || (rest.length === 0 && change.how === "add")) {
    entries.push([isList ? String(entries.length) : change.name, change.stray]);
  } else if (rest.length === 0 && change.how === "remove") entries.splice(place, 1);
  else entry[1] = rest.length === 0 ? change.stray : spoil(entry[1], rest, change);
  return isList ? entries.map(([, item]) => item) : Object.fromEntries(entries);
}

function reads(value: unknown): boolean {
  try {
    fromSpec(value);
    return true;
  } catch (error) {
    if (!["BAD_DECLARATION", "NEWER_SPEC"].includes(errorCode(error) ?? "")) throw error;
    return false;
  }
}
