import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { setFlagsFromString } from "node:v8";
import {
  type FileTree,
  type SimulationOptions,
  elfFile,
  moduleImage,
  simulateLinux,
} from "@earlyboot/linux-syscalls/testing";
import { cacheName } from "./cache-name.ts";
import { type Bundle, compileBundle } from "./compile-bundle.ts";

/**
 * Makes the code cache: runs the bundle through a plain boot of a simulated machine, and through system
 * calls that end before the kernel, so that V8 compiles what a boot uses; then keeps what it compiled.
 */
async function makeCache(): Promise<void> {
  for (const work of workByTheClock) setFlagsFromString(`--no-${work}`);
  const { script, run } = compileBundle(`${__dirname}/init.cjs`, "/lib/earlyboot/init.cjs");
  const bundle = run();
  callNothing(bundle);
  await bootSimulated(bundle);
  // A cache is only for the flags that it was made with.
  for (const work of workByTheClock) setFlagsFromString(`--${work}`);
  writeFileSync(`${__dirname}/${cacheName}`, script.createCachedData());
}

/**
 * What V8 does when it finds the time for it, and marks in the functions that it keeps. Those that
 * optimise are off by `node-flags.json`.
 */
const workByTheClock = ["flush-bytecode", "sparkplug"];

async function bootSimulated({ bootSystem, createHostUi }: Bundle): Promise<void> {
  const linux = simulateLinux(plainMachine());
  const ui = createHostUi(linux);
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
function callNothing({ openLinux }: Bundle): void {
  const dlopen = process.dlopen.bind(process);
  process.dlopen = (module) => Object.assign(module, { exports: silentAddon });
  const linux = openLinux({ addon: "/lib/earlyboot/ffi-rs.node" });
  process.dlopen = dlopen;
  linux.mount({ source: "none", target: "/nowhere", type: "tmpfs", flags: 0, data: "mode=0755" });
  linux.stat("/");
  linux.lstat("/");
  linux.fstat(0);
  linux.statAt(0, "name");
  emptyDirectory(linux);
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
function emptyDirectory(linux: ReturnType<Bundle["openLinux"]>): void {
  const top = mkdtempSync(`${tmpdir()}/earlyboot-`);
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

void makeCache();
