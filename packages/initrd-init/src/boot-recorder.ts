import type { Linux } from "@earlyboot/linux-syscalls";
import { messageOf } from "./boot-failure.ts";
import type {
  BootReport,
  CheckReport,
  DeviceReport,
  MemoryReport,
  ModuleReport,
  MountReport,
  StageOutcome,
  StageReport,
} from "./boot-report.ts";

/** Where the report is kept, before and after the switch. */
export const reportDirectory = "/run/earlyboot";

/** The report of the boot. */
export const reportPath = "/run/earlyboot/report.json";

/** Collects what happens in a boot. */
export interface BootRecorder {
  /** Begins a stage; call what it gives when the stage ends. */
  stage(name: string): (outcome: StageOutcome, note?: string) => void;
  /** Adds a module that was loaded, or was not. */
  module(row: ModuleReport): void;
  /** Adds a device that was looked for. */
  device(row: DeviceReport): void;
  /** Adds a file system that was checked. */
  check(row: CheckReport): void;
  /** Adds a file system that was mounted. */
  mount(row: MountReport): void;
  /** Adds a warning. */
  warning(text: string): void;
  /** Sets fields of the report itself. */
  set(fields: Partial<BootReport>): void;
  /** The report as it is now. */
  report(): BootReport;
}

/** Makes a recorder; `/init` has begun now. */
export function createBootRecorder(linux: Pick<Linux, "now" | "readText">): BootRecorder {
  const stages: StageReport[] = [];
  const modules: ModuleReport[] = [];
  const devices: DeviceReport[] = [];
  const checks: CheckReport[] = [];
  const mounts: MountReport[] = [];
  const warnings: string[] = [];
  const started = linux.now();
  let fields: Partial<BootReport> = {};

  return {
    stage: (name) => {
      const start = linux.now();
      const place = stages.push({ name, start, duration: 0, outcome: "running" }) - 1;
      return (outcome, note) => {
        const duration = linux.now() - start;
        stages[place] = { name, start, duration, outcome, ...(note === undefined ? {} : { note }) };
      };
    },
    module: (row) => void modules.push(row),
    device: (row) => void devices.push(row),
    check: (row) => void checks.push(row),
    mount: (row) => void mounts.push(row),
    warning: (text) => void warnings.push(text),
    set: (more) => {
      fields = { ...fields, ...more };
    },
    report: () => ({
      version: 1,
      earlyboot: "",
      kernel: "",
      host: "",
      commandLine: { text: "", settings: [] },
      outcome: "booting",
      memory: {},
      started,
      written: linux.now(),
      stages,
      modules,
      missingModules: [],
      devices,
      checks,
      mounts,
      warnings,
      ...fields,
    }),
  };
}

/** Writes the report where the real root's programs find it. Gives the reason when it cannot. */
export function writeBootReport(
  linux: Pick<Linux, "mkdir" | "writeFile">,
  report: BootReport,
): string | undefined {
  try {
    linux.mkdir(reportDirectory, 0o755);
  } catch {
    // It is there already, or the next call says what is wrong.
  }
  try {
    linux.writeFile(reportPath, `${JSON.stringify(report)}\n`, { mode: 0o644 });
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** Reads `/proc/meminfo`; `undefined` where it cannot be read. See proc_meminfo(5). */
export function readMemory(linux: Pick<Linux, "readText">): MemoryReport | undefined {
  let text: string;
  try {
    text = linux.readText("/proc/meminfo");
  } catch {
    return undefined;
  }
  const value = (name: string) =>
    Number(new RegExp(`^${name}: *(\\d+) kB`, "m").exec(text)?.[1] ?? 0);
  return { total: value("MemTotal"), free: value("MemFree"), available: value("MemAvailable") };
}
