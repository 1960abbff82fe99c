import type { BlockDeviceDescription } from "./block-device-description.ts";
import type { Failure } from "./failure.ts";
import type { FileTree } from "./file-tree.ts";
import type { ModuleDescription } from "./module-state.ts";
import type { InterfaceDescription } from "./network-calls.ts";
import type { Program } from "./program.ts";
import type { SysfsDevice } from "./sysfs-devices.ts";

/** A simulated machine. A field that is left out is what a small machine has. */
export interface SimulationOptions {
  /**
   * The files of the initramfs, by absolute paths. Those below `/proc` and `/sys` go into procfs and
   * sysfs, those below `/dev` into devtmpfs once that is mounted.
   */
  readonly files?: FileTree;
  /**
   * `mounted` (default): `/proc`, `/sys` and `/dev` are mounted already. `bare`: nothing is, as when
   * the kernel starts `/init`.
   */
  readonly start?: "mounted" | "bare";
  /** `/proc/cmdline`, without the newline. */
  readonly commandLine?: string;
  readonly devices?: readonly BlockDeviceDescription[];
  readonly modules?: readonly ModuleDescription[];
  /** What programs do, by their paths in the initramfs; their files are made. */
  readonly programs?: Readonly<Record<string, Program>>;
  /** Types of file systems that are missing from the kernel until a module brings them. */
  readonly withoutFileSystems?: readonly string[];
  /** Devices of any kind below `/sys/devices`, above all those with a `MODALIAS`. */
  readonly hardware?: readonly SysfsDevice[];
  /** Network interfaces besides `lo`. */
  readonly interfaces?: Readonly<Record<string, InterfaceDescription>>;
  /** EFI variables, each with its four bytes of attributes. A machine without this option has no EFI. */
  readonly efiVariables?: Readonly<Record<string, Uint8Array>>;
  readonly console?: ConsoleDescription;
  /** What is shared with the machine: file trees by the tag or `HOST:PATH` of 9p, virtiofs or nfs. */
  readonly shares?: Readonly<Record<string, FileTree>>;
  readonly failures?: readonly Failure[];
  /** The kernel's release; default `6.12.0-simulated`. */
  readonly release?: string;
  /** Whether the root can be replaced by pivot_root(2), as from Linux 7.0 on; default false. */
  readonly nullfs?: boolean;
  /** The type of the initramfs; default tmpfs. */
  readonly rootType?: "tmpfs" | "ramfs";
  /** The compression of modules that the kernel can undo (`/sys/module/compression`). */
  readonly moduleCompression?: "gzip" | "xz" | "zstd";
  /** Milliseconds since the machine started, at the beginning; default 1000. */
  readonly now?: number;
  /** Milliseconds since the epoch, at the beginning; default 2024-01-01. */
  readonly realTime?: number;
  /** In bytes; default 1 GiB. */
  readonly memory?: number;
  /** How many uevents a subscription can hold before it loses some; default 1000. */
  readonly ueventCapacity?: number;
  /** The number of the process; default 1. */
  readonly pid?: number;
}

/** The console of a simulated machine. */
export interface ConsoleDescription {
  /** What is typed, at what time; reads give it from then on. */
  readonly input?: readonly { readonly at: number; readonly text: string }[];
  readonly columns?: number;
  readonly rows?: number;
}
