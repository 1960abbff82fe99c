import type { SettingSource } from "./boot-settings.ts";

/** How a stage ended. */
export type StageOutcome = "done" | "skipped" | "failed" | "running";

/** One stage of the boot. Times are milliseconds since the kernel's start. */
export interface StageReport {
  readonly name: string;
  readonly start: number;
  readonly duration: number;
  readonly outcome: StageOutcome;
  /** What it did, or why it failed. */
  readonly note?: string;
}

/** One module that was loaded or could not be. */
export interface ModuleReport {
  readonly name: string;
  readonly start: number;
  readonly duration: number;
  /** `loaded`, `present`, `no-device`, `missing` or `failed`. */
  readonly outcome: string;
  readonly note?: string;
}

/** One block device, when it was known what is on it. */
export interface DeviceReport {
  readonly path: string;
  readonly time: number;
  /** In bytes, as decimal digits: more than a number holds exactly. */
  readonly size: string;
  readonly type?: string;
  readonly label?: string;
  readonly uuid?: string;
}

/** One file system that was checked. */
export interface CheckReport {
  readonly device: string;
  readonly type: string;
  readonly outcome: string;
  readonly duration: number;
}

/** One file system that was mounted. */
export interface MountReport {
  readonly source: string;
  readonly target: string;
  readonly type: string;
  readonly options: string;
}

/** Memory in KiB, as `/proc/meminfo` counts it. */
export interface MemoryReport {
  readonly total: number;
  readonly free: number;
  readonly available: number;
}

/** What happened in a boot: `/run/earlyboot/report.json`. */
export interface BootReport {
  readonly version: 1;
  /** The earlyboot that built the image. */
  readonly earlyboot: string;
  /** The running kernel's version. */
  readonly kernel: string;
  readonly host: string;
  readonly commandLine: {
    readonly text: string;
    readonly settings: readonly {
      readonly name: string;
      readonly value: string;
      readonly source: SettingSource;
    }[];
  };
  readonly stages: readonly StageReport[];
  readonly modules: readonly ModuleReport[];
  /** Modules that a device asked for and the image lacks; only told of a boot that failed. */
  readonly missingModules: readonly { readonly name: string; readonly device: string }[];
  readonly devices: readonly DeviceReport[];
  readonly checks: readonly CheckReport[];
  readonly mounts: readonly MountReport[];
  readonly warnings: readonly string[];
  readonly memory: { readonly before?: MemoryReport; readonly after?: MemoryReport };
  /** Milliseconds since the kernel's start: when `/init` began, and when this was written. */
  readonly started: number;
  readonly written: number;
  readonly outcome: "booting" | "handed-over" | "failed";
  /** The failure screen's first line, of a boot that failed. */
  readonly failure?: string;
  /** What was handed over to. */
  readonly next?: string;
}
