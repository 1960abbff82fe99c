import type { BootReport } from "@earlyboot/initrd-init";
import { scratchMarker } from "./scratch-init.ts";

/** What the scratch disk's init told. */
export interface ScratchFacts {
  readonly pid: number;
  /** Seconds since the kernel started, at the init's first line. */
  readonly uptime: number;
  readonly arguments: readonly string[];
  readonly environment: readonly string[];
  /** `NUMBER -> TARGET`, but for the shell's own script. */
  readonly descriptors: readonly string[];
  /** Masks in hexadecimal, as in proc_pid_status(5). */
  readonly blockedSignals: string;
  readonly ignoredSignals: string;
  /** The lines of `/proc/mounts`. */
  readonly mounts: readonly string[];
  /** In KiB. */
  readonly memoryAvailable: number;
  readonly report: BootReport | undefined;
}

/** Reads what {@link scratchInit} printed; `undefined` when it did not run to its end. */
export function parseScratchFacts(text: string): ScratchFacts | undefined {
  const lines = text.split("\n").filter((line) => line.startsWith(`${scratchMarker} `));
  const all = (name: string) =>
    lines
      .map((line) => line.slice(scratchMarker.length + 1))
      .filter((line) => line.startsWith(`${name} `))
      .map((line) => line.slice(name.length + 1));
  if (!lines.includes(`${scratchMarker} end`)) return undefined;
  return {
    pid: Number(all("pid")[0]),
    uptime: Number(all("uptime")[0]),
    arguments: all("argument"),
    environment: all("environment"),
    descriptors: [...text.matchAll(/\d+ -> .*/g)]
      .map(([descriptor]) => descriptor)
      .filter((descriptor) => !descriptor.endsWith(" -> /sbin/init")),
    blockedSignals: (all("signals-Blk")[0] ?? "").trim(),
    ignoredSignals: (all("signals-Ign")[0] ?? "").trim(),
    mounts: all("mount"),
    memoryAvailable: Number.parseInt(all("MemAvailable")[0] ?? "", 10),
    report: parseReport(text),
  };
}

function parseReport(text: string): BootReport | undefined {
  const [, report] = text.split(new RegExp(`^${scratchMarker} report(?:-end)?\n`, "m"));
  return report === undefined ? undefined : JSON.parse(report);
}
