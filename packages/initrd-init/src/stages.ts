import { describeBlockDevice, type FoundDevice } from "@earlyboot/block-devices";
import {
  essentialDeviceNodes,
  makeDeviceNodes,
  nodesBesideDevtmpfs,
} from "@earlyboot/device-nodes";
import { printable } from "@earlyboot/linux-syscalls";
import { configureQemuNetworking } from "@earlyboot/qemu-net";
import { BootFailure, messageOf } from "./boot-failure.ts";
import { loadListedModules, openModules, prepareType } from "./boot-modules.ts";
import { type Boot, newRoot, warn } from "./boot.ts";
import { checkDevice } from "./check-device.ts";
import { copyRuntime } from "./copy-runtime.ts";
import { exists } from "./exists.ts";
import { findRoot, readRootParameter } from "./find-root.ts";
import { gatherMembers } from "./gather-members.ts";
import { mountDeclared } from "./mount-declared.ts";
import { mountEssentialFileSystems } from "./mount-essential-file-systems.ts";
import { type MountAttempt, mountAttempts } from "./mount-root.ts";
import { linkMtab, prepareRoot } from "./prepare-root.ts";
import { openConsole } from "./take-console.ts";
import { typeToCheck } from "./type-to-check.ts";

export { handOver } from "./hand-over.ts";
export { switchWhenAsked } from "./switch-to-root.ts";

/** Mounts what every program expects, and opens the console again where the kernel could not. */
export function mountEssential(boot: Boot): void {
  const { linux, ui } = boot;
  const { devtmpfs, warnings } = mountEssentialFileSystems(linux);
  boot.devtmpfs = devtmpfs;
  if (!ui.interactive()) {
    if (!devtmpfs) makeNodes(boot, "/");
    openConsole(linux);
  }
  for (const warning of warnings) warn(boot, warning);
}

/** Makes what devtmpfs does not make by itself; without devtmpfs, everything. */
function makeNodes(boot: Boot, root: string): void {
  const nodes = boot.devtmpfs ? nodesBesideDevtmpfs() : essentialDeviceNodes();
  try {
    makeDeviceNodes(boot.linux, nodes, { root });
  } catch (error) {
    warn(boot, messageOf(error));
  }
}

/** Loads the modules of the list, and begins to load what the hardware asks for. */
export async function startModules(boot: Boot): Promise<string> {
  const modules = openModules(boot);
  boot.modules = modules;
  if (modules === undefined) return "the image has no modules for this kernel";
  modules.coldplug();
  await mountEfiVariables(boot);
  await loadListedModules(boot, modules);
  return `${modules.loader.reports.length} so far`;
}

/** Mounts the variables of the firmware where that took a module. */
async function mountEfiVariables(boot: Boot): Promise<void> {
  if (!exists(boot.linux, "/sys/firmware/efi")) return;
  await prepareType(boot, "efivarfs");
  mountEssentialFileSystems(boot.linux);
}

/** Brings up the network of a QEMU guest, when the image is configured so. */
export async function bringUpNetwork(boot: Boot): Promise<string> {
  const { linux, configuration, modules } = boot;
  if (configuration.network === undefined) return "not configured";
  // The interface is there once its driver is.
  await modules?.settled;
  const up = configureQemuNetworking(linux, configuration.network.qemu, {
    onMessage: (line) => boot.log.info(line),
  });
  return up ? "up" : "down";
}

/** Makes the nodes that the kernel does not, and waits for the device of the root. */
export async function findDevices(boot: Boot): Promise<string> {
  const { linux, settings } = boot;
  makeNodes(boot, "/");
  boot.rootParameter = readRootParameter(settings.root);
  if (boot.rootParameter === undefined) return "no root is asked for";
  const { value: delay } = settings.rootDelay;
  if (delay > 0) boot.log.info(`waiting ${delay} s, as rootdelay asks for`);
  await linux.sleep(delay * 1000);
  boot.root = await findRoot(boot, boot.rootParameter);
  return boot.root.device?.path ?? "not on a block device";
}

/**
 * Finds the device of the root once more, after a stage failed: it may have come back under another name,
 * and another disk under its own.
 */
export async function findRootAgain(boot: Boot): Promise<void> {
  const { root, rootParameter } = boot;
  if (root?.device === undefined || rootParameter === undefined) return;
  // From then on it is the kernel that knows which device that is.
  if (boot.switched || isMounted(boot)) return;
  boot.root = await findRoot(boot, rootParameter);
}

/** Checks the root, unless it is to be volatile or is not on a device of its own. */
export async function checkRoot(boot: Boot): Promise<string> {
  const { root } = boot;
  if (root?.device === undefined) return "nothing to check";
  return whyNoCheck(boot) ?? (await checkRootOn(boot, root.device, rootTypes(boot)));
}

function whyNoCheck({ settings }: Boot): string | undefined {
  if (settings.volatile.value !== undefined) return "not checked: it is mounted volatile";
  if (settings.rootCheck.check === false && settings.checkMode.value !== "force") {
    return "not checked: it is configured so";
  }
  return undefined;
}

async function checkRootOn(
  boot: Boot,
  { path, identification }: FoundDevice,
  types: readonly string[],
): Promise<string> {
  const { state, type: identified } = identification ?? {};
  const type = typeToCheck(types, identified);
  if (type === undefined) return notChecked(boot, path, types, identified);
  const result = await checkDevice(boot, {
    device: path,
    type,
    clean: state === undefined ? undefined : state === "clean",
    skipIfClean: boot.settings.rootCheck.checkIfClean !== true,
    repair: boot.settings.repair.value,
  });
  return result.message;
}

/** A checker of another type could damage what is there. */
function notChecked(boot: Boot, path: string, types: readonly string[], identified = ""): string {
  const text = `not checked: its superblock says ${identified}, not ${types.join(" or ")}`;
  warn(boot, `${path} is ${text}`);
  return text;
}

/** The types to mount the root as: what was asked for, or what its superblock says. */
function rootTypes(boot: Boot): readonly string[] {
  const { root, settings } = boot;
  if (settings.rootTypes.value.length > 0) return settings.rootTypes.value;
  const device = root?.device;
  if (device === undefined) return [];
  const { identification } = device;
  if (identification?.usage === "filesystem") return [identification.type];
  throw new BootFailure({
    operation: `tell the type of the root file system on ${device.path}`,
    reason: `there is no file system that earlyboot knows: ${describeBlockDevice(device)}`,
    hints: [
      "If there is one all the same, say its type with rootfstype=.",
      "Check root=: is it the whole disk where a partition is meant?",
    ],
  });
}

/** Mounts the root, then what is declared below it and needed for boot. */
export async function mountAll(boot: Boot): Promise<string> {
  await mountTheRoot(boot);
  if (boot.configuration.fileSystems !== undefined) await mountDeclared(boot);
  if (boot.configuration.runtimeInNewRoot === true) copyRuntime(boot.linux);
  linkMtab(boot.linux, newRoot);
  return boot.recorder
    .report()
    .mounts.map(({ type, target }) => `${type} on ${target}`)
    .join(", ");
}

async function mountTheRoot(boot: Boot): Promise<void> {
  const { linux, settings, recorder, log } = boot;
  if (isMounted(boot)) return log.info(`${newRoot} is mounted already`);
  if (boot.root?.device !== undefined) await gatherMembers(boot, boot.root.device);
  const loop = settings.loop.value;
  const volatile = settings.volatile.value;
  const prepared = await prepareRoot(linux, {
    attempts: rootAttempts(boot, loop === undefined),
    target: newRoot,
    prepareType: (type) => prepareType(boot, type),
    ...(volatile === undefined ? {} : { volatile }),
    ...(loop === undefined
      ? {}
      : { loop: { file: loop, attemptsFor: (device) => attemptsForLoop(boot, device) } }),
  });
  for (const { source, target, type, data } of prepared.mounts) {
    recorder.mount({ source, target, type, options: data });
    log.info(`mounted ${printable(source)} on ${target} (${type})`);
  }
  for (const warning of prepared.warnings) warn(boot, warning);
  if (prepared.survivor !== undefined) boot.survivors.push(prepared.survivor);
  if (!boot.devtmpfs && volatile !== undefined) makeNodes(boot, newRoot);
}

/** Whether somebody mounted the root by hand, in the REPL of an earlier failure. */
function isMounted({ linux }: Boot): boolean {
  try {
    return linux.stat(newRoot).device !== linux.stat("/").device;
  } catch {
    return false;
  }
}

function rootAttempts(boot: Boot, isRootItself: boolean): readonly MountAttempt[] {
  const { root, settings } = boot;
  const request = {
    options: isRootItself ? settings.rootOptions.value : undefined,
    readOnly: settings.readOnly.value,
  };
  if (root?.device !== undefined) {
    const identified = root.device.identification?.type;
    const types = rootTypes(boot);
    return mountAttempts({ ...request, source: root.device.path, types, identified });
  }
  const none = { device: { none: "tmpfs" } };
  const source = root?.parameter ?? none;
  return mountAttempts({ ...request, source, types: settings.rootTypes.value });
}

/** The root inside an image file: its own superblock says its type. It is checked before it is mounted. */
async function attemptsForLoop(boot: Boot, device: string): Promise<readonly MountAttempt[]> {
  const { device: found } = await findRoot(boot, { device: { path: device } });
  const type = found?.identification?.type;
  if (type === undefined) {
    throw new BootFailure({
      operation: `mount the image file ${printable(boot.settings.loop.value ?? "")}`,
      reason: "there is no file system in it that earlyboot knows",
      hints: ["Is it the right file? earlyboot.loop= takes an image of squashfs, erofs, ext4, …"],
    });
  }
  if (found !== undefined && whyNoCheck(boot) === undefined) {
    await checkRootOn(boot, found, [type]);
  }
  return mountAttempts({
    source: device,
    types: [type],
    options: boot.settings.rootOptions.value,
    readOnly: boot.settings.readOnly.value,
  });
}
