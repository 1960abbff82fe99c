import {
  type BlockDeviceInfo,
  type FindProgress,
  type FoundDevice,
  describeBlockDevice,
  findDevice,
} from "@earlyboot/block-devices";
import { errorCode, printable } from "@earlyboot/linux-syscalls";
import {
  type RootParameter,
  formatDeviceSpecification,
  parseRootParameter,
} from "@earlyboot/mount-spec";
import { BootFailure, messageOf } from "./boot-failure.ts";
import { lateModules, mayLeadToDisk, missingDrivers } from "./boot-modules.ts";
import type { BootSettings, Setting } from "./boot-settings.ts";
import { type Boot, warn } from "./boot.ts";

/** Where the root is: on a device that was found, or on none. */
export interface FoundRoot {
  readonly parameter: RootParameter;
  /** Absent for a root of the network, of a virtual machine's host, or in memory. */
  readonly device?: FoundDevice;
}

/**
 * Reads what `root=` or the image asks for; `undefined` when nothing does.
 *
 * @throws BootFailure for a value that is no device specification.
 */
export function readRootParameter(root: Setting<string> | undefined): RootParameter | undefined {
  if (root === undefined) return undefined;
  try {
    return parseRootParameter(root.value);
  } catch (error) {
    throw new BootFailure({
      operation: `understand root=${printable(root.value)}`,
      reason: messageOf(error),
      hints: ["Correct root= in the boot loader's menu."],
      cause: error,
    });
  }
}

/** Whether a root is on a block device. */
function isOnDevice({ device }: RootParameter): boolean {
  return device.nfs === undefined && device.tag === undefined && device.none === undefined;
}

/**
 * Waits for the device of the root, and shows how long it still will.
 *
 * @throws BootFailure when it does not appear, or two devices answer.
 */
export async function findRoot(boot: Boot, parameter: RootParameter): Promise<FoundRoot> {
  if (!isOnDevice(parameter)) {
    // A tag is known to the kernel once the driver of its device is there.
    if (parameter.device.tag !== undefined) await boot.modules?.settled;
    return { parameter };
  }
  const { linux, settings, log } = boot;
  const seconds = settings.rootWait.value;
  const name = printable(formatDeviceSpecification(parameter.device));
  const show = countDown(boot, name);
  const known = new Set<string>();
  try {
    const device = await findDevice(linux, parameter.device, {
      timeout: seconds === undefined ? undefined : seconds * 1000,
      allowIncomplete: isDegradedAllowed(settings),
      onProgress: (progress) => {
        recordDevices(boot, known, progress.devices);
        show(progress);
      },
    });
    recordDevices(boot, known, [device]);
    log.info(`root ${name} is ${describeBlockDevice(device)}`);
    return { parameter, device };
  } catch (error) {
    throw searchFailure(boot, name, error);
  }
}

/** Whether a btrfs root may lack devices: `rootflags=degraded`, for btrfs(5) itself to know as well. */
function isDegradedAllowed({ rootOptions }: BootSettings): boolean {
  return rootOptions.value?.split(",").includes("degraded") ?? false;
}

/** How long nothing is said, in milliseconds: most disks are there by then. */
const silence = 3000;

/** Shows what is waited for and how long, on a line that is written over each second. */
function countDown(boot: Boot, name: string): (progress: FindProgress) => void {
  let shown = -1;
  return ({ elapsed, remaining }) => {
    const seconds = Math.ceil((remaining ?? elapsed) / 1000);
    if (elapsed < silence || seconds === shown) return;
    if (shown === -1) boot.log.info(`waiting for ${name}`);
    shown = seconds;
    const limit = remaining === undefined ? `for ${seconds} s` : `${seconds} s more`;
    if (!boot.settings.quiet) boot.ui.write(`\rwaiting for ${name}: ${limit} `);
  };
}

/** What this boot writes, the system that is resumed does not know of. */
const hibernated =
  "holds a hibernated system, which is not resumed: resuming it after this boot would damage its file systems; mkswap discards it";

function recordDevices(boot: Boot, known: Set<string>, devices: readonly BlockDeviceInfo[]): void {
  for (const device of devices) {
    const { path, size, status, identification } = device;
    if (status === "pending" || known.has(path)) continue;
    known.add(path);
    boot.log.debug(`device ${describeBlockDevice(device)}`);
    if (identification?.type === "swsuspend") warn(boot, `${path} ${hibernated}`);
    boot.recorder.device({
      path,
      time: boot.linux.now(),
      size: String(size),
      ...(identification === undefined ? {} : { type: identification.type }),
      ...(identification?.label === undefined ? {} : { label: identification.label }),
      ...(identification?.uuid === undefined ? {} : { uuid: identification.uuid }),
    });
  }
}

function searchFailure(boot: Boot, name: string, error: unknown): BootFailure {
  const [reason = "", ...rest] = messageOf(error).split("\n");
  return new BootFailure({
    operation: `find the root file system ${name}`,
    reason: reason.replace(/; what is there:$/, "") + unloadable(boot),
    seen: rest.map((line, place) => (place === 0 && hasNearest(error) ? "> " : "") + line.trim()),
    hints: [
      ...(isIncomplete(error) ? [degradedHint] : []),
      ...unreadable(error).map((path) => `${path} cannot be read: a cable, or a dying disk?`),
      ...searchHints(boot, errorCode(error), rest.length > 0),
    ],
    cause: error,
  });
}

/** Why no driver can be loaded, where that is so. */
function unloadable({ modulesProblem }: Boot): string {
  return modulesProblem === undefined ? "" : `\nno module can be loaded: ${modulesProblem}`;
}

const degradedHint =
  "To boot without what is missing, if the rest holds everything (RAID 1, 10, …): rootflags=degraded.";

/** Whether some devices of the file system are there, and others are not. */
function isIncomplete(error: unknown): boolean {
  return (
    typeof error === "object" &&
    error !== null &&
    "incomplete" in error &&
    error.incomplete === true
  );
}

/** The devices that were there and could not be read. */
function unreadable(error: unknown): readonly string[] {
  if (typeof error !== "object" || error === null || !("seen" in error)) return [];
  const seen: readonly unknown[] = Array.isArray(error.seen) ? error.seen : [];
  return seen.flatMap((device) => {
    const isUnreadable =
      typeof device === "object" &&
      device !== null &&
      "status" in device &&
      device.status === "unreadable" &&
      "path" in device;
    return isUnreadable ? [String(device.path)] : [];
  });
}

/** Whether the first device that an error lists is the one that was probably meant. */
function hasNearest(error: unknown): boolean {
  return typeof error === "object" && error !== null && "nearest" in error;
}

function searchHints(boot: Boot, code: string | undefined, anySeen: boolean): readonly string[] {
  if (code === "AMBIGUOUS_DEVICE") {
    return ["Is one a copy of the other? Unplug it, or give it a new label and UUID."];
  }
  if (code === "AMBIGUOUS_CONTENT") {
    return [
      "Remove the stale signature from another system (wipefs), or name the device by its path and rootfstype=.",
    ];
  }
  return [
    ...driverHints(boot),
    ...(anySeen
      ? ["Correct root= in the boot loader's menu, if one of these has the right file system."]
      : []),
    "A slow disk: rootwait, or earlyboot.timeout=SECONDS.",
  ];
}

/** Says which drivers are missing or do not come up, or that none can be loaded at all. */
function driverHints(boot: Boot): readonly string[] {
  if (boot.modulesProblem !== undefined) {
    return ["Build the image again for the kernel that is running, or boot the one it is for."];
  }
  const late = lateModules(boot).map(({ name }) => name);
  const wanted = missingDrivers(boot).filter(mayLeadToDisk);
  const missing = new Set(wanted.flatMap(({ modules }) => modules));
  return [
    ...(late.length === 0
      ? []
      : [`A module that does not come up: boot without it, modprobe.blacklist=${late.join(",")}.`]),
    ...(missing.size === 0
      ? []
      : [`Build the image with the modules that devices asked for: ${[...missing].join(" ")}.`]),
  ];
}
