import { errorCode, MountFlag } from "@earlyboot/linux-syscalls";
import { at, type Location } from "./declaration-error.ts";
import type { DeviceSpecification } from "./device-specification.ts";
import { components } from "./file-names.ts";
import { fileSystem, type FileSystem } from "./file-system.ts";
import { hasCheck } from "./file-system-types.ts";
import { flagNames, mountFlags, type FileSystemFlag } from "./flags.ts";
import { readFstabDevice, splitFstabLine, type FstabLine } from "./fstab-line.ts";
import { messageOf } from "./message-of.ts";
import {
  applyOption,
  flagOption,
  parseMountOptions,
  splitOption,
  splitOptions,
} from "./mount-options.ts";

/** What an fstab holds. */
export interface Fstab {
  readonly fileSystems: readonly FileSystem[];
  readonly swaps: readonly SwapSpace[];
  readonly problems: readonly FstabProblem[];
}

/** A swap space, from its line in an fstab. */
export interface SwapSpace {
  readonly device: DeviceSpecification;
  /** For swapon(8): `pri=1,discard`. */
  readonly options: string | null;
  /** False for `noauto`: not to be used at all. */
  readonly mount: boolean;
  /** True for `nofail`. */
  readonly mountMayFail: boolean;
  readonly location: Location;
}

/** A line that could not be read, or not wholly. */
export interface FstabProblem {
  /** Counted from 1. */
  readonly line: number;
  readonly text: string;
  readonly reason: string;
}

/**
 * Reads the text of an fstab(5). Never throws: a line that cannot be read is a problem, with its number and
 * the reason. Locations name `file`.
 *
 * Options that only user space reads become fields: `nofail` is `mountMayFail`, `noauto` is `mount: false`,
 * `x-initrd.mount` is `neededForBoot`, `X-mount.mkdir` is `createMountPoint`,
 * `x-systemd.requires-mounts-for=PATH` and `x-systemd.requires=NAME` are `dependencies`. Others are left out.
 */
export function parseFstab(text: string, file = "/etc/fstab"): Fstab {
  const rows = text.split("\n").map((row) => row.replace(/\r$/, ""));
  const problems: FstabProblem[] = [];
  const report: Report = (line, reason) =>
    void problems.push({ line, text: rows[line - 1] ?? "", reason });
  const lines = rows.flatMap((row, index) => {
    const line = splitFstabLine(row, index + 1);
    if (typeof line === "string") report(index + 1, line);
    return typeof line === "object" ? [line] : [];
  });
  const swaps = lines.filter(isSwap).flatMap((line) => readSwap(line, file, report));
  const fileSystems = readFileSystems(
    lines.filter((line) => !isSwap(line)),
    file,
    report,
  );
  return { fileSystems, swaps, problems: problems.toSorted((a, b) => a.line - b.line) };
}

type Report = (line: number, reason: string) => void;

function isSwap({ type }: FstabLine): boolean {
  return type === "swap";
}

function readSwap(line: FstabLine, file: string, report: Report): readonly SwapSpace[] {
  return refuse(line, file, report, (location) => {
    const { data, userspace } = parseMountOptions(line.options);
    const { mount, mountMayFail } = readUserspace(userspace);
    const device = readFstabDevice(line.source, line.type);
    return { device, options: data === "sw" ? null : data, mount, mountMayFail, location };
  });
}

/** Makes one thing of a line, or reports why that is not possible. */
function refuse<Made>(
  { line }: FstabLine,
  file: string,
  report: Report,
  make: (location: Location) => Made,
): readonly Made[] {
  const location: Location = { file, line, column: 1 };
  try {
    return [make(location)];
  } catch (error) {
    if (!expected.includes(errorCode(error) ?? "")) throw error;
    report(line, messageOf(error).replace(at(location), ""));
    return [];
  }
}

const expected: readonly string[] = [
  "BAD_DECLARATION",
  "BAD_DEVICE_SPECIFICATION",
  "DEPENDENCY_CYCLE",
];

/** How many lines may follow each other, each needed by the one before. */
const deepest = 100;

const tooDeep = `what it needs is left out: ${deepest} lines before it need each other in a row`;

/** Makes file systems of lines, each after those that it depends on. */
function readFileSystems(
  lines: readonly FstabLine[],
  file: string,
  report: Report,
): readonly FileSystem[] {
  const places = Map.groupBy(lines, ({ target }) => components(target).join("/"));
  const done = new Map<FstabLine, readonly FileSystem[]>();
  const begun = new Set<FstabLine>();
  const read = (line: FstabLine, depth = 0): readonly FileSystem[] => {
    begun.add(line);
    const { userspace } = parseMountOptions(line.options);
    const needed = valuesOf(userspace, "x-systemd.requires-mounts-for")
      .flatMap((path) => places.get(components(path).join("/")) ?? [])
      .flatMap((other) => {
        const made = done.get(other);
        if (made !== undefined) return made;
        if (!begun.has(other) && depth < deepest) return read(other, depth + 1);
        const reason = `it and "${other.target}" need each other`;
        report(line.line, begun.has(other) ? reason : tooDeep);
        return [];
      });
    const dependencies = [...needed, ...valuesOf(userspace, "x-systemd.requires")];
    const made = refuse(line, file, report, (location) =>
      readFileSystem(line, dependencies, location, report),
    );
    done.set(line, made);
    return made;
  };
  return lines.flatMap((line) => done.get(line) ?? read(line));
}

function readFileSystem(
  { line, source, target, type, options, pass }: FstabLine,
  dependencies: readonly (FileSystem | string)[],
  location: Location,
  report: Report,
): FileSystem {
  const { flags: bits, data, userspace } = parseMountOptions(options);
  for (const flag of unnamed.filter((one) => (bits & one) !== 0)) {
    report(line, `no declaration has the flag ${flagOption(flag)}: it is left out`);
  }
  return fileSystem({
    device: readFstabDevice(source, type),
    mountPoint: target,
    type,
    flags: readFlags(options),
    options: data,
    check: pass !== 0 && hasCheck(type),
    ...readUserspace(userspace),
    dependencies,
    location,
  });
}

/** Flags of mount(2) that have an option, but no name in declarations. */
const unnamed: readonly number[] = [MountFlag.MandLock, MountFlag.IVersion, MountFlag.Move];

/** The flags that are set in the end, in the order in which they were. */
function readFlags(options: string): readonly FileSystemFlag[] {
  return splitOptions(options).reduce<readonly FileSystemFlag[]>((flags, option) => {
    const after = flagNames(applyOption(mountFlags(flags), option));
    return [...new Set([...flags.filter((flag) => after.includes(flag)), ...after])];
  }, []);
}

/** The fields that the options for user space stand for. */
function readUserspace(userspace: readonly string[]): UserspaceFields {
  const names = userspace.map((option) => splitOption(option).name);
  const [repair] = valuesOf(userspace, "x-earlyboot.repair");
  return {
    mount: names.findLast((name) => name === "auto" || name === "noauto") !== "noauto",
    mountMayFail: names.includes("nofail"),
    neededForBoot: names.includes("x-initrd.mount"),
    createMountPoint: names.some((name) => /^x-mount\.mkdir$/i.test(name)),
    skipCheckIfClean: !userspace.includes("x-earlyboot.check=always"),
    repair: repair === "all" ? true : repair === "none" ? false : "preen",
  };
}

type UserspaceFields = Pick<
  FileSystem,
  "mount" | "mountMayFail" | "neededForBoot" | "createMountPoint" | "skipCheckIfClean" | "repair"
>;

function valuesOf(options: readonly string[], name: string): readonly string[] {
  return options
    .map(splitOption)
    .flatMap((option) => (option.name === name && option.value !== "" ? [option.value] : []));
}
