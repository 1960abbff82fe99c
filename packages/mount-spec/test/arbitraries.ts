import {
  fileSystem,
  fileSystemFlags,
  formatUuid,
  hasCheck,
  type DeviceSpecification,
  type FileSystem,
  type FileSystemFlag,
  type Repair,
  type Uuid,
} from "@earlyboot/mount-spec";
import * as fc from "fast-check";

// Each file system notes where it was made, which costs time in proportion to the stack that is kept.
Error.stackTraceLimit = 5;

/** Tries a property on ten thousand cases and describes the smallest that it does not hold for. */
export function counterexample<Case>(
  property: fc.IProperty<Case>,
  numRuns = 10_000,
): string | undefined {
  const details = fc.check(property, { numRuns });
  return details.failed ? fc.defaultReportMessage(details) : undefined;
}

/** Whether two values are the same as JSON, which for so many cases is quicker than jest's comparison. */
export function same(found: unknown, wanted: unknown): boolean {
  return JSON.stringify(found) === JSON.stringify(wanted);
}

/** Any text that is not empty, control characters and all; no NUL, no sign of what was no UTF-8. */
const someText = fc.string({
  unit: fc.oneof(
    fc.integer({ min: 1, max: 0x2fff }).map((code) => String.fromCodePoint(code)),
    fc.constantFrom("\u{1f600}", "\uffff", "\u{10ffff}"),
  ),
  minLength: 1,
  maxLength: 12,
});

/** A text of letters that mean something somewhere. */
const trickyText = fc
  .array(fc.constantFrom(...'ab/:=,"\\ \t#é0-.[]'.split("")), { minLength: 1, maxLength: 10 })
  .map((letters) => letters.join(""));

export const anyText = fc.oneof(someText, trickyText);

const digits = fc
  .array(fc.integer({ min: 0x30, max: 0x39 }), { minLength: 16, maxLength: 16 })
  .map((codes) => Uint8Array.from(codes));

const bytes = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length });

export const uuids: fc.Arbitrary<Uuid> = fc.oneof(
  fc.record({ kind: fc.constant("dce" as const), bytes: bytes(16) }),
  fc.record({ kind: fc.constantFrom("fat" as const, "exfat" as const), bytes: bytes(4) }),
  fc.record({ kind: fc.constant("ntfs" as const), bytes: bytes(8) }),
  fc.record({ kind: fc.constant("iso9660" as const), bytes: digits }),
);

const hex = (length: number): fc.Arbitrary<string> =>
  fc.string({
    unit: fc.constantFrom(...Array.from("0123456789abcdef")),
    minLength: length,
    maxLength: length,
  });

const partUuid = fc.oneof(
  fc.tuple(hex(8), hex(2)).map((parts) => parts.join("-")),
  bytes(16).map((id) => formatUuid({ kind: "dce", bytes: id })),
);

const path = anyText.map((text) => `/${text}`);

const host = fc
  .string({ unit: fc.constantFrom(...Array.from("abz09.-:")), minLength: 1, maxLength: 8 })
  .filter((text) => text !== "");

export const devices: fc.Arbitrary<DeviceSpecification> = fc.oneof(
  path.map((one) => ({ path: one })),
  fc.tuple(fc.nat(), fc.nat()).map((pair) => ({ number: pair.join(":") })),
  anyText.map((label) => ({ label })),
  uuids.map((uuid) => ({ uuid: formatUuid(uuid), kind: uuid.kind })),
  partUuid.map((id) => ({ partUuid: id })),
  fc
    .record({ partUuid, partOffset: fc.integer({ min: -4, max: 100 }) })
    .filter(({ partOffset }) => partOffset !== 0),
  anyText.map((partLabel) => ({ partLabel })),
  fc.record({ nfs: fc.record({ host, path: anyText }) }),
  fc.record({ tag: anyText, type: fc.constantFrom("9p" as const, "virtiofs" as const) }),
  anyText.map((tag) => ({ tag })),
  anyText.map((none) => ({ none })),
);

const mountPoint = fc
  .array(
    anyText.map((name) => name.replaceAll("/", "_")),
    { maxLength: 3 },
  )
  .map((names) => `/${names.filter((name) => name !== "..").join("/")}`);

const type = fc.constantFrom("ext4", "vfat", "tmpfs", "none", "9p", "nfs", "weird");

interface Parts {
  readonly device: DeviceSpecification;
  readonly mountPoint: string;
  readonly type: string;
  readonly flags: readonly FileSystemFlag[];
  readonly options: string | null;
  readonly mount: boolean;
  readonly mountMayFail: boolean;
  readonly neededForBoot: boolean;
  readonly check: boolean;
  readonly skipCheckIfClean: boolean;
  readonly repair: Repair;
  readonly createMountPoint: boolean;
  readonly dependencies: readonly (FileSystem | string)[];
}

/** What is needed to say a file system, with the rules of `fileSystem` kept. */
function declare(parts: Parts): FileSystem {
  const bind: readonly FileSystemFlag[] = parts.type === "none" ? ["bind-mount"] : [];
  return fileSystem({
    ...parts,
    flags: [...new Set([...parts.flags, ...bind])],
    check: parts.check && hasCheck(parts.type),
  });
}

const parts = (over: Partial<{ [Name in keyof Parts]: fc.Arbitrary<Parts[Name]> }>) =>
  fc.record<Parts>({
    device: devices,
    mountPoint,
    type,
    flags: fc.subarray([...fileSystemFlags]),
    options: fc.option(anyText),
    mount: fc.boolean(),
    mountMayFail: fc.boolean(),
    neededForBoot: fc.boolean(),
    check: fc.boolean(),
    skipCheckIfClean: fc.boolean(),
    repair: fc.constantFrom("preen" as const, true, false),
    createMountPoint: fc.boolean(),
    dependencies: fc.array(anyText, { maxLength: 2 }),
    ...over,
  });

/** Declared file systems of all kinds, some with dependencies beside the root. */
export const fileSystems: fc.Arbitrary<FileSystem> = fc.oneof(
  parts({}).map(declare),
  parts({
    mountPoint: fc.constant("/z/z"),
    dependencies: fc.array(parts({ mountPoint: fc.constantFrom("/x", "/y") }).map(declare), {
      maxLength: 2,
    }),
  }).map(declare),
);

export { declare };

/** File systems as people declare them, which every fstab can hold. */
export const formattableFileSystems: fc.Arbitrary<FileSystem> = fc.oneof(
  parts({
    device: devices.filter(
      (device) =>
        (device.path ?? device.label ?? device.partUuid ?? device.partLabel) !== undefined &&
        device.partOffset === undefined &&
        !/^".*"$/s.test(device.label ?? device.partLabel ?? ""),
    ),
    type: fc.constantFrom("ext4", "vfat", "weird"),
    ...sayable(),
  }).map(declare),
  parts({ device: fc.record({ tag: anyText }), type: fc.constant("9p"), ...sayable() }).map(
    declare,
  ),
  parts({
    device: fc.record({ nfs: fc.record({ host, path }) }),
    type: fc.constant("nfs"),
    ...sayable(),
  }).map(declare),
);

/** Options, flags and dependencies that do not look like others. */
function sayable() {
  const word = anyText.map((text) => text.replaceAll(/[",\\]/g, "_"));
  const option = fc.oneof(
    word.map((value) => `a=${value}`),
    fc.array(word, { maxLength: 2 }).map((values) => `b="${values.join(",")}"`),
    fc.constantFrom("c", "size=50%"),
  );
  return {
    flags: fc.subarray(fileSystemFlags.filter((flag) => flag !== "recursive")),
    options: fc
      .array(option, { maxLength: 3 })
      .map((options) => (options.length === 0 ? null : options.join(","))),
    dependencies: fc.array(word, { maxLength: 2 }),
  };
}
