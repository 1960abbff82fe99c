import {
  type FileTree,
  type SimulationOptions,
  elfFile,
  moduleImage,
  simulateLinux,
} from "@earlyboot/linux-syscalls/testing";
import type { BootUi, bootSystem } from "@earlyboot/initrd-init";
import type { Linux } from "@earlyboot/linux-syscalls";
import type { openLinux } from "@earlyboot/linux-syscalls-ffi";

/**
 * What V8 does when it finds the time for it, and marks in the functions that it keeps: turned off meanwhile. What
 * optimises is off in a boot, too.
 */
export const workByTheClock: readonly string[] = ["flush-bytecode", "sparkplug"];

/** What of the boot program is run to warm it up. */
export interface WarmUp {
  readonly bootSystem: typeof bootSystem;
  readonly openLinux: typeof openLinux;
  readonly createUi: (linux: Linux) => BootUi;
  /** An empty directory, which is removed. */
  readonly scratch: string;
}

/**
 * Runs the boot program through a plain boot of a simulated machine, and through system calls that end before the
 * kernel, so that V8 compiles what a boot uses.
 */
export async function warmUp(program: WarmUp): Promise<void> {
  callNothing(program);
  await bootSimulated(program);
}

async function bootSimulated({ bootSystem, createUi }: WarmUp): Promise<void> {
  const linux = simulateLinux(plainMachine());
  const ui = createUi(linux);
  const quiet = {
    ...ui,
    kernelArguments: [],
    interactive: () => false,
    write: () => {},
    onFatal: () => {},
  };
  // On a machine that has ended every call throws.
  void bootSystem(linux, { version: 1 }, quiet).catch(() => {});
  const { kind } = await linux.ended;
  if (kind !== "execve") throw new Error(`the boot that warms up the cache ended in ${kind}`);
}

function plainMachine(): SimulationOptions {
  const modules = "/lib/modules/6.12.0-simulated";
  const places = ["/dev", "/proc", "/sys", "/run", "/etc"].map((path) => [
    path,
    { kind: "directory" },
  ]);
  const root: FileTree = {
    ...Object.fromEntries(places),
    "/sbin/init": { kind: "file", program: {} },
  };
  return {
    start: "bare",
    commandLine: "console=ttyS0 root=LABEL=root quiet",
    files: {
      "/init": { kind: "file", content: elfFile(), mode: 0o755 },
      [`${modules}/modules.dep`]: "kernel/disk.ko: kernel/bus.ko\nkernel/bus.ko:\n",
      [`${modules}/modules.alias`]: "alias pci:v00001AF4d00001001* disk\n",
      [`${modules}/kernel/disk.ko`]: { kind: "file", content: moduleImage({ name: "disk" }) },
      [`${modules}/kernel/bus.ko`]: { kind: "file", content: moduleImage({ name: "bus" }) },
    },
    devices: [{ name: "vda", fileSystem: { type: "ext4", label: "root", files: root } }],
  };
}

/** Makes system calls through an addon that only answers, and reads of this machine. */
function callNothing({ openLinux, scratch }: WarmUp): void {
  const dlopen = process.dlopen.bind(process);
  process.dlopen = (module) => Object.assign(module, { exports: silentAddon });
  const linux = openLinux({ addon: "/lib/earlyboot/ffi-rs.node" });
  process.dlopen = dlopen;
  linux.mount({ source: "none", target: "/nowhere", type: "tmpfs", flags: 0, data: "mode=0755" });
  linux.stat("/");
  linux.lstat("/");
  linux.fstat(0);
  linux.statAt(0, "name");
  emptyDirectory(linux, scratch);
  linux.statfs("/");
  linux.readText("/proc/self/stat");
  linux.readDirectory("/");
  linux.readLink("/proc/self/exe");
  linux.access("/", 1);
  linux.now();
  linux.mknod("/nowhere", 0o20666, 0n);
  linux.terminalMode(0);
  void linux.finitModule(0, "");
}

/** Empties a directory as an initramfs is freed: Node's own functions do that, so it is a real one. */
function emptyDirectory(linux: ReturnType<WarmUp["openLinux"]>, top: string): void {
  const name = "name";
  linux.mkdir(`${top}/${name}`);
  const directory = linux.open(top, { directory: true });
  linux.readDirectoryAt(directory);
  linux.close(linux.openAt(directory, name, { directory: true, noFollow: true }));
  linux.unlinkAt(directory, name, "directory");
  linux.close(directory);
  linux.rmdir(top);
}

/** `BigInt` of ffi-rs's `DataType`: such a result is a bigint. */
const bigInt = 16;

const silentAddon = {
  open: () => {},
  load: ({
    retType,
    runInNewThread,
  }: {
    readonly retType: number;
    readonly runInNewThread?: true;
  }) => {
    const outcome = { value: retType === bigInt ? 0n : 0, errnoCode: 0 };
    return runInNewThread === true ? Promise.resolve(outcome) : outcome;
  },
};
