import { MountFlag } from "@earlyboot/linux-syscalls";
import {
  elfFile,
  type FileDescription,
  type FileTree,
  type SimulatedLinux,
  simulateLinux,
  type SimulationOptions,
} from "@earlyboot/linux-syscalls/testing";

/** A program with this interpreter, or none. */
export function program(interpreter?: string): FileDescription {
  const content = elfFile(interpreter === undefined ? {} : { interpreter });
  return { kind: "file", mode: 0o755, content };
}

/** A script with this first line. */
export function script(line: string): FileDescription {
  return { kind: "file", mode: 0o755, content: `${line}\n` };
}

/** The files of a root that can be switched to. */
export const goodRoot: FileTree = {
  "/dev": { kind: "directory" },
  "/proc": { kind: "directory" },
  "/run": { kind: "directory" },
  "/sys": { kind: "directory" },
  "/lib/ld.so": program(),
  "/sbin/init": program("/lib/ld.so"),
  "/etc/hostname": "real\n",
};

/** The files of an initramfs. */
const initramfs: FileTree = {
  "/init": { kind: "file", mode: 0o755, content: "#!/node\n" },
  "/node": program(),
  "/lib/modules/6.12/disk.ko": "module",
  "/bin/node": { kind: "link", target: "/node" },
};

/** What {@link startMachine} is asked for. */
export interface MachineRequest extends SimulationOptions {
  /** The files of the root that is mounted at `/root`. */
  readonly root?: FileTree;
  /** Flags of its mount; default read-only. */
  readonly flags?: number;
}

/** A machine that has booted up to the switch: its real root is mounted at `/root`. */
export function startMachine(request: MachineRequest = {}): SimulatedLinux {
  const { root = goodRoot, flags = MountFlag.ReadOnly, files, ...options } = request;
  const linux = simulateLinux({
    ...options,
    files: { ...initramfs, ...files },
    devices: [{ name: "vda", fileSystem: { type: "ext4", files: root } }],
  });
  linux.mount({ source: "run", target: "/run", type: "tmpfs" });
  linux.mount({ source: "/dev/vda", target: "/root", type: "ext4", flags });
  return linux;
}

/** Where what is mounted, without the mounts' own details. */
export function placesOf(linux: SimulatedLinux): readonly string[] {
  return linux.mounts.map(({ type, target }) => `${type} ${target}`);
}

/** The calls that changed the machine, made after the machine was started. */
export function callsOf(linux: SimulatedLinux): readonly string[] {
  return linux.calls.slice(2);
}
