import {
  type FileTree,
  type SimulationOptions,
  elfFile,
  moduleImage,
  simulateLinux,
} from "@earlyboot/linux-syscalls/testing";
import type { BootUi, bootSystem, readConfiguration } from "@earlyboot/initrd-init";
import { type Linux, Signal } from "@earlyboot/linux-syscalls";
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
  readonly readConfiguration: typeof readConfiguration;
  readonly createUi: (linux: Linux) => BootUi;
  /** An empty directory, which is removed. */
  readonly scratch: string;
}

/**
 * Runs the boot program through system calls that end before the kernel, and through a plain boot of a simulated
 * machine, so that V8 compiles what a boot uses; calls `keep` where the real init would begin.
 */
export async function warmUp(program: WarmUp, keep: () => void): Promise<void> {
  await callNothing(program);
  await bootSimulated(program, keep);
}

async function bootSimulated(
  { bootSystem, createUi, readConfiguration }: WarmUp,
  keep: () => void,
): Promise<void> {
  const machine = simulateLinux(plainMachine());
  const linux: typeof machine = {
    ...machine,
    execve(...words) {
      keep();
      return machine.execve(...words);
    },
  };
  const ui = createUi(linux);
  const quiet = {
    ...ui,
    kernelArguments: [],
    interactive: () => false,
    write: () => {},
    onFatal: () => {},
  };
  // On a machine that has ended every call throws.
  void bootSystem(linux, readConfiguration(linux), quiet).catch(() => {});
  const { kind } = await linux.ended;
  if (kind !== "execve") throw new Error(`the boot that warms up the cache ended in ${kind}`);
}

/** A virtual machine whose disk appears once the modules that its hardware asks for are loaded. */
function plainMachine(): SimulationOptions {
  const modules = "/lib/modules/6.12.0-simulated";
  const places = ["/dev", "/proc", "/sys", "/run", "/etc"].map((path) => [
    path,
    { kind: "directory" },
  ]);
  const linker = "/lib64/ld-linux-x86-64.so.2";
  const root: FileTree = {
    ...Object.fromEntries(places),
    "/sbin/init": { kind: "file", content: elfFile({ interpreter: linker }), program: {} },
    [linker]: { kind: "file", content: elfFile(), mode: 0o755 },
  };
  return {
    start: "bare",
    commandLine: "console=ttyS0 root=LABEL=root quiet disk.parameter=1",
    files: {
      "/init": { kind: "file", content: elfFile(), mode: 0o755 },
      "/etc/earlyboot.json": '{"version":1}',
      [`${modules}/modules.dep`]: "kernel/disk.ko: kernel/bus.ko\nkernel/bus.ko:\n",
      [`${modules}/modules.alias`]: "alias pci:v00001AF4d*sv* bus\nalias virtio:d00000002v* disk\n",
      [`${modules}/modules.softdep`]: "softdep disk pre: bus\n",
      [`${modules}/kernel/disk.ko`]: { kind: "file", content: moduleImage({ name: "disk" }) },
      [`${modules}/kernel/bus.ko`]: { kind: "file", content: moduleImage({ name: "bus" }) },
    },
    modules: [
      { name: "bus" },
      {
        name: "disk",
        devices: [
          {
            name: "vda",
            fileSystem: {
              type: "ext4",
              label: "root",
              uuid: "01234567-89ab-cdef-0123-456789abcdef",
              files: root,
            },
          },
          { name: "vdb" },
        ],
      },
    ],
    hardware: [
      device("pci", "/devices/pci0000:00/0000:00:03.0", "pci:v00001AF4d00001001sv00001AF4"),
      device("virtio", "/devices/pci0000:00/0000:00:03.0/virtio0", "virtio:d00000002v00001AF4"),
      device("acpi", "/devices/LNXSYSTM:00/PNP0C0F:00", "acpi:PNP0C0F:"),
    ],
  };
}

function device(subsystem: string, devpath: string, modalias: string) {
  return {
    devpath,
    subsystem,
    properties: { MODALIAS: modalias },
    attributes: { modalias: () => modalias },
  };
}

/** Makes system calls through an addon that only answers, and reads of this machine. */
async function callNothing({ createUi, openLinux, scratch }: WarmUp): Promise<void> {
  const dlopen = process.dlopen.bind(process);
  process.dlopen = (module) => Object.assign(module, { exports: silentAddon });
  const linux = openLinux({ addon: "/lib/earlyboot/ffi-rs.node" });
  process.dlopen = dlopen;
  createUi(linux).interactive();
  linux.mount({ source: "none", target: "/nowhere", type: "tmpfs", flags: 0, data: "mode=0755" });
  linux.stat("/");
  linux.lstat("/");
  linux.fstat(0);
  linux.statfs("/");
  linux.readText("/proc/self/stat");
  failing(() => linux.readText("/sys/devices/system/cpu/possible"));
  failing(() => linux.readText("/none"));
  failing(() => linux.readText("/sys/class/none"));
  linux.readDirectory("/");
  linux.readLink("/proc/self/exe");
  linux.access("/", 1);
  linux.now();
  linux.getpid();
  linux.umask(linux.umask(0));
  linux.mknod("/nowhere", 0o20666, 0n);
  linux.pivotRoot(".", ".");
  linux.chroot(".");
  linux.dup2(linux.open("/dev/null"), 0);
  linux.reboot(0);
  linux.terminalMode(0);
  failing(() => linux.execve("/none", ["none"], {}, { openFiles: { soft: 1, hard: 1 } }));
  for (const stop of [linux.onSignal(Signal.User1, () => {}), linux.reapOrphans()]) stop();
  // One after the other: in what order they end must not depend on the machine.
  await workBelow(linux, scratch);
  await hearNothing(linux);
  await linux.finitModule(0, "");
  await linux.sleep(1);
}

function failing(run: () => void): void {
  try {
    run();
  } catch {
    // That is what it is for.
  }
}

/** Waits for uevents, hears of one, and stops waiting for more. */
async function hearNothing(linux: Linux): Promise<void> {
  const uevents = linux.openUevents();
  const end = new AbortController();
  await uevents.next(end.signal);
  const waiting = uevents.next(end.signal).catch(() => {});
  end.abort();
  await waiting;
  uevents.close();
}

/** Works in a directory as the boot does, and empties it as an initramfs is freed. */
async function workBelow(linux: Linux, top: string): Promise<void> {
  linux.chdir(top);
  linux.writeFile(`${top}/file`, "text");
  linux.writeFile(`${top}/file`, "text", { how: "append" });
  linux.symlink("file", `${top}/link`);
  linux.mkdir(`${top}/name`);
  const opened = await linux.openBlockDevice(`${top}/file`);
  await opened.read(0n, 8);
  opened.close();
  const directory = linux.open(top, { directory: true });
  const inner = linux.openAt(directory, "name", { directory: true, noFollow: true });
  linux.readDirectoryAt(directory);
  linux.readDirectoryAt(inner);
  linux.close(inner);
  for (const name of ["file", "link"]) linux.unlinkAt(directory, name);
  linux.unlinkAt(directory, "name", "directory");
  linux.close(directory);
  linux.chdir("/");
  linux.rmdir(top);
}

/** `BigInt` of ffi-rs's `DataType`: such a result is a bigint. */
const bigInt = 16;

/** What recvfrom(2) answers where nothing has come. */
const EAGAIN = 11;

/** A call as ffi-rs gets it. */
interface Call {
  readonly funcName: string;
  readonly paramsValue: readonly unknown[];
  readonly retType: number;
  readonly runInNewThread?: true;
}

let told = 0;

/** Every call succeeds; of uevents there is one. */
const silentAddon = {
  open: () => {},
  load: ({ funcName, paramsValue, retType, runInNewThread }: Call) => {
    const result = funcName === "recvfrom" ? tell(paramsValue[1]) : 0;
    const outcome = {
      value: retType === bigInt ? BigInt(result) : result,
      errnoCode: result < 0 ? EAGAIN : 0,
    };
    return runInNewThread === true ? Promise.resolve(outcome) : outcome;
  },
};

/** Writes a uevent the first time; the length of the message, or -1 where there is none. */
function tell(room: unknown): number {
  const event = new TextEncoder().encode("add@/devices/none\0SUBSYSTEM=none\0");
  if (told++ > 0 || !(room instanceof Uint8Array)) return -1;
  room.set(event);
  return event.length;
}
