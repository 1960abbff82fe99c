import { MountFlag, printable } from "@earlyboot/linux-syscalls";
import {
  formatDeviceSpecification,
  nfsSource,
  type DeviceSpecification,
} from "./device-specification.ts";
import type { FileSystem } from "./file-system.ts";
import { mountFlags, type FileSystemFlag } from "./flags.ts";
import { flagOption } from "./mount-options.ts";
import { escapeOctal } from "./octal-escapes.ts";
import { parseFstab } from "./parse-fstab.ts";
import { toSpec } from "./spec.ts";

/**
 * Writes file systems as an fstab(5) that {@link parseFstab} reads as the same. What other programs have no
 * option for stands in options that begin with `x-earlyboot.`, which they ignore.
 *
 * @throws UnwritableFstabError for what no line can say: flags hidden in `options`, a device by its
 * number, a dependency that is not in the list, …
 */
export function formatFstab(fileSystems: readonly FileSystem[]): string {
  const text = fileSystems.map((fs) => `${formatLine(fs)}\n`).join("");
  const { fileSystems: read, problems } = parseFstab(text);
  for (const [index, fs] of fileSystems.entries()) {
    const reason = problems.find(({ line }) => line === index + 1)?.reason;
    if (reason !== undefined) throw new UnwritableFstabError(fs, reason);
    const field = differingField(fs, read[index]);
    if (field !== undefined)
      throw new UnwritableFstabError(fs, `its ${field} would be read otherwise`);
  }
  return text;
}

function formatLine(fs: FileSystem): string {
  const options = optionsOf(fs);
  const pass = !fs.check ? 0 : fs.mountPoint === "/" ? 1 : 2;
  const columns = [sourceOf(fs.device), fs.mountPoint, fs.type, options].map(escapeOctal);
  return [...columns, 0, pass].join(" ");
}

function sourceOf(device: DeviceSpecification): string {
  if (device.nfs !== undefined) return nfsSource(device.nfs);
  return device.tag ?? device.none ?? formatDeviceSpecification(device);
}

function optionsOf(fs: FileSystem): string {
  const words = [
    ...fs.flags.flatMap((flag) => flagWords(fs, flag)),
    ...(fs.mount ? [] : ["noauto"]),
    ...(fs.mountMayFail ? ["nofail"] : []),
    ...(fs.neededForBoot ? ["x-initrd.mount"] : []),
    ...(fs.createMountPoint ? ["X-mount.mkdir"] : []),
    ...(fs.skipCheckIfClean ? [] : ["x-earlyboot.check=always"]),
    ...(fs.repair === "preen" ? [] : [`x-earlyboot.repair=${fs.repair ? "all" : "none"}`]),
    ...fs.dependencies.map(requirement),
    ...(fs.options === null ? [] : [fs.options]),
  ];
  return words.length === 0 ? "defaults" : words.join(",");
}

/** The option for a flag. That something is recursive is said together with what is so. */
function flagWords({ flags }: FileSystem, flag: FileSystemFlag): readonly string[] {
  if (flag === "recursive") return [];
  const bits = mountFlags([flag]);
  const recursive = flags.includes("recursive")
    ? flagOption(bits | MountFlag.Recursive)
    : undefined;
  const word = recursive ?? flagOption(bits);
  return word === undefined ? [] : [word];
}

function requirement(dependency: FileSystem | string): string {
  return typeof dependency === "string"
    ? `x-systemd.requires=${dependency}`
    : `x-systemd.requires-mounts-for=${dependency.mountPoint}`;
}

/** The first field in which two file systems differ. */
function differingField(fs: FileSystem, read: FileSystem | undefined): string | undefined {
  if (read === undefined) return "line";
  const [a, b] = [comparable(fs), comparable(read)];
  return Object.keys(a).find((field) => a[field] !== b[field]);
}

/** Each field as text. The order of flags does not matter, and the type tells that of a tag. */
function comparable(fs: FileSystem): Readonly<Record<string, string>> {
  const { tag } = fs.device;
  const device = tag === undefined ? fs.device : { tag };
  const fields = { ...toSpec(fs), flags: fs.flags.toSorted(), device };
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, JSON.stringify(value)]),
  );
}

/** No line of an fstab says a file system. Its `code` is `UNWRITABLE_FSTAB`. */
export class UnwritableFstabError extends Error {
  override readonly name: string = "UnwritableFstabError";
  readonly code = "UNWRITABLE_FSTAB";
  readonly fileSystem: FileSystem;

  constructor(fs: FileSystem, reason: string) {
    super(`no line of fstab says the file system at "${printable(fs.mountPoint)}": ${reason}`);
    this.fileSystem = fs;
  }
}
