import type { BootReport } from "@earlyboot/initrd-init";

/** One thing that took time in a boot, or happened at a moment. Milliseconds since the kernel's start. */
export interface TimelineRow {
  readonly kind: "kernel" | "stage" | "module" | "device";
  readonly name: string;
  readonly start: number;
  readonly duration: number;
  /** How it ended, and what it says about that. */
  readonly note: string;
  readonly isBad: boolean;
}

/** Everything of a boot that has a time, in the order in which it began within its kind. */
export function timelineOf(report: BootReport): TimelineRow[] {
  const { started, stages, modules, devices } = report;
  const kernel = {
    kind: "kernel",
    name: "kernel",
    start: 0,
    duration: started,
    note: `Linux ${report.kernel}`,
    isBad: false,
  } as const;
  return [
    kernel,
    ...stages.map(({ outcome, note, ...row }): TimelineRow => ({
      ...row,
      kind: "stage",
      note: [outcome, note].filter(Boolean).join(": "),
      isBad: outcome === "failed",
    })),
    ...modules.map(({ outcome, note, ...row }): TimelineRow => ({
      ...row,
      kind: "module",
      note: [outcome, note].filter(Boolean).join(": "),
      isBad: outcome === "failed" || outcome === "missing",
    })),
    ...devices.map(({ path, time, type, label }): TimelineRow => ({
      kind: "device",
      name: path,
      start: time,
      duration: 0,
      note: [type ?? "nothing known on it", label].filter(Boolean).join(", "),
      isBad: false,
    })),
  ].toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || a.start - b.start);
}

const order: readonly TimelineRow["kind"][] = ["kernel", "stage", "module", "device"];

/** When the last row ends. */
export function endOf(rows: readonly TimelineRow[]): number {
  return Math.max(1, ...rows.map(({ start, duration }) => start + duration));
}

/** Round times for an axis up to `end`: at most ten. */
export function ticksUpTo(end: number): number[] {
  const power = 10 ** Math.floor(Math.log10(end / 10));
  const step =
    [1, 2, 5, 10].map((factor) => factor * power).find((size) => end / size <= 10) ?? end;
  return Array.from({ length: Math.floor(end / step) + 1 }, (_, index) => index * step);
}

/** A number of milliseconds for people. */
export function formatMilliseconds(value: number): string {
  return value < 1000 ? `${value.toFixed(1)} ms` : `${(value / 1000).toFixed(2)} s`;
}
