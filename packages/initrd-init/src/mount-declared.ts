import { type BlockDeviceInfo, findDevice, type FoundDevice } from "@earlyboot/block-devices";
import { checkerFor, takeTurns } from "@earlyboot/fsck-runner";
import { printable } from "@earlyboot/linux-syscalls";
import {
  type FileSystem,
  formatDeviceSpecification,
  fromSpec,
  isNeededForBoot,
  mountFileSystem,
  resolveInRoot,
  sortForMounting,
} from "@earlyboot/mount-spec";
import { readMounts } from "@earlyboot/switch-root";
import { BootFailure, messageOf } from "./boot-failure.ts";
import { prepareType } from "./boot-modules.ts";
import { type Boot, newRoot, warn } from "./boot.ts";
import { checkDevice, type DeviceCheck } from "./check-device.ts";
import { gatherMembers } from "./gather-members.ts";
import { typeToCheck } from "./type-to-check.ts";

/** The declared file systems that are mounted before the switch, in the order in which they are. */
function neededFileSystems(boot: Pick<Boot, "configuration">): readonly FileSystem[] {
  const declared = readDeclarations(boot);
  const needed = declared.filter((fs) => fs.mount && fs.mountPoint !== "/" && isNeededForBoot(fs));
  return sortForMounting(needed).filter(({ mountPoint }) => mountPoint !== "/");
}

/** @throws BootFailure for a declaration that is none. */
function readDeclarations({
  configuration: { fileSystems = [] },
}: Pick<Boot, "configuration">): readonly FileSystem[] {
  try {
    return fileSystems.map((spec) => fromSpec(spec));
  } catch (error) {
    throw new BootFailure({
      operation: "read the file systems that the image declares",
      reason: messageOf(error),
      hints: ["Correct them, and build the image again."],
      cause: error,
    });
  }
}

/**
 * Mounts every declared file system that is needed for boot below the new root. What is mounted there
 * already, by an attempt before this one or by hand, stays. All devices are waited for, and checked, side
 * by side where they are on different disks; the first is mounted when that is over.
 *
 * @throws BootFailure for one that does not say that its mount may fail.
 */
export async function mountDeclared(boot: Boot): Promise<void> {
  const { linux } = boot;
  const before = new Set(readMounts(linux).map(({ target }) => target));
  const isThere = ({ mountPoint }: FileSystem) =>
    before.has(resolveInRoot(linux, newRoot, mountPoint).path);
  const checkOnce = onceForEachDevice(takeTurns(linux));
  const prepared = neededFileSystems(boot).map((fs) => ({
    fs,
    device: prepareDevice(boot, fs, isThere, checkOnce),
  }));
  await Promise.allSettled(prepared.map(({ device }) => device));
  const missing: FileSystem[] = [];
  for (const { fs, device } of prepared) {
    try {
      const found = await device;
      if (isThere(fs)) continue;
      requireMounted(fs, missing);
      mountOne(boot, fs, found);
    } catch (error) {
      if (!fs.mountMayFail) throw declaredFailure(fs, error);
      missing.push(fs);
      warn(boot, `${fs.mountPoint} is not mounted (it may fail): ${wordsOf(error).reason}`);
    }
  }
}

/** Finds the device of what is not mounted yet, where it has one, checks it, and loads its driver. */
async function prepareDevice(
  boot: Boot,
  fs: FileSystem,
  isThere: (fs: FileSystem) => boolean,
  checkOnce: CheckOnce,
): Promise<BlockDeviceInfo | undefined> {
  if (isThere(fs)) return undefined;
  const device = await findDeclared(boot, fs);
  const isWanted = fs.check || boot.settings.checkMode.value === "force";
  if (device !== undefined && isWanted && checkerFor(fs.type) !== undefined) {
    await checkOnce(device.path, () => checkOne(boot, fs, device));
  }
  if (fs.type !== "none") await prepareType(boot, fs.type);
  if (device !== undefined) await gatherMembers(boot, device);
  return device;
}

type CheckOnce = (device: string, check: () => Promise<void>) => Promise<void>;

/** Two subvolumes of btrfs lie on one device. */
function onceForEachDevice(inTurn: ReturnType<typeof takeTurns>): CheckOnce {
  const checks = new Map<string, Promise<void>>();
  return (device, check) => {
    const known = checks.get(device) ?? inTurn(device, check);
    checks.set(device, known);
    return known;
  };
}

/**
 * What would be bound from below an empty mount point is not what was meant: who writes there would miss it later.
 *
 * @throws Error when something that was to be mounted first is `missing`.
 */
function requireMounted(
  { type, device, dependencies }: FileSystem,
  missing: readonly FileSystem[],
): void {
  const bound = type === "none" ? device.path : undefined;
  const needed = missing.find(
    (fs) =>
      dependencies.some((each) => typeof each !== "string" && each.mountPoint === fs.mountPoint) ||
      `${bound}/`.startsWith(`${fs.mountPoint}/`),
  );
  if (needed !== undefined) {
    throw new Error(`what it needs is not mounted: ${printable(needed.mountPoint)}`);
  }
}

function mountOne(boot: Boot, fs: FileSystem, device: BlockDeviceInfo | undefined): void {
  const source = device?.path ?? bindSource(boot, fs);
  const options = source === undefined ? { root: newRoot } : { root: newRoot, source };
  const target = mountFileSystem(boot.linux, fs, options);
  const shown = source ?? formatDeviceSpecification(fs.device);
  boot.recorder.mount({ source: shown, target, type: fs.type, options: fs.options ?? "" });
  boot.log.info(`mounted ${printable(shown)} on ${printable(target)} (${fs.type})`);
}

async function checkOne(boot: Boot, fs: FileSystem, device: BlockDeviceInfo): Promise<void> {
  const { type, mountPoint, skipCheckIfClean, repair } = fs;
  const { state, type: identified } = device.identification ?? {};
  if (typeToCheck([type], identified) === undefined) {
    return warn(
      boot,
      `${mountPoint} is not checked: its superblock says ${identified}, not ${type}`,
    );
  }
  await checkDevice(boot, {
    device: device.path,
    type,
    clean: state === undefined ? undefined : state === "clean",
    skipIfClean: skipCheckIfClean,
    repair: repairOf(boot, repair),
  });
}

/** The command line wins over what is declared. */
function repairOf(
  { settings }: Pick<Boot, "settings">,
  declared: FileSystem["repair"],
): DeviceCheck["repair"] {
  const { value, source } = settings.repair;
  if (source === "command line") return value;
  if (declared === "preen") return declared;
  return declared ? "yes" : "no";
}

/** What a bind mount binds is a path of the new root; no link leads out of that. */
function bindSource({ linux }: Boot, { type, device }: FileSystem): string | undefined {
  if (type !== "none" || device.path === undefined) return undefined;
  return resolveInRoot(linux, newRoot, device.path).path;
}

async function findDeclared(boot: Boot, fs: FileSystem): Promise<FoundDevice | undefined> {
  const { device, type, options } = fs;
  const elsewhere =
    device.nfs !== undefined || device.tag !== undefined || device.none !== undefined;
  if (elsewhere || type === "none") return undefined;
  const seconds = boot.settings.timeout.value;
  return await findDevice(boot.linux, device, {
    timeout: seconds === undefined ? undefined : seconds * 1000,
    allowIncomplete: options?.split(",").includes("degraded") ?? false,
  });
}

/** What went wrong, and, where a device is missing, those that are there. */
function wordsOf(error: unknown): { readonly reason: string; readonly seen: readonly string[] } {
  const [first = "", ...rest] = messageOf(error).split("\n");
  const seen = rest.map((text) => text.trim());
  return { reason: first.replace(/; what is there:$/, ""), seen };
}

function declaredFailure(fs: FileSystem, error: unknown): BootFailure {
  const { reason, seen } = wordsOf(error);
  const { file, line } = fs.location ?? {};
  const place = file === undefined ? "the image" : `${file}:${line}`;
  return new BootFailure({
    operation: `mount ${printable(formatDeviceSpecification(fs.device))} on ${printable(fs.mountPoint)} (declared in ${place})`,
    reason,
    seen,
    hints: [
      "If the machine can boot without it, declare it with mountMayFail, and build the image again.",
      "Mount it by hand in the REPL, then .resume.",
    ],
    cause: error,
  });
}
