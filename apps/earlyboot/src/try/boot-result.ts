import type { BootReport } from "@earlyboot/initrd-init";
import type { ScratchFacts } from "../scratch/scratch-facts.ts";

/** How far a boot came, from worst to best. */
type Reached = "nothing" | "kernel" | "boot-program" | "real-init";

/** What a guest's console and its scratch init told about a boot. */
export interface BootResult {
  readonly reached: Reached;
  /** A sentence about it. */
  readonly explanation: string;
  /** Seconds from the kernel's start to the boot program's. */
  readonly kernelSeconds: number | undefined;
  /** Seconds from the boot program's start to the real init's. */
  readonly bootSeconds: number | undefined;
  readonly report: BootReport | undefined;
}

/** Why the guest was no longer watched. */
export type Ending = "ended" | "login" | "limit" | "interrupted";

/** Judges a boot by what was printed. */
export function judgeBoot(
  console: string,
  facts: ScratchFacts | undefined,
  ending: Ending,
): BootResult {
  const started = seconds(/^\[ *(\d+\.\d+)\] Run \/init as init process/m.exec(console)?.[1]);
  const kernelSeconds = started ?? milliseconds(facts?.report?.started);
  return {
    ...reachedBy(console, facts, ending),
    kernelSeconds,
    bootSeconds: facts && kernelSeconds !== undefined ? facts.uptime - kernelSeconds : undefined,
    report: facts?.report,
  };
}

function reachedBy(
  console: string,
  facts: ScratchFacts | undefined,
  ending: Ending,
): Pick<BootResult, "reached" | "explanation"> {
  const panic = /Kernel panic - not syncing: (.*)/.exec(console)?.[1];
  const handedOver = handOverLine.exec(console)?.[1];
  if (facts?.pid === 1) return { reached: "real-init", explanation: "the real init ran as PID 1" };
  if (facts)
    return { reached: "boot-program", explanation: `init ran, but as process ${facts.pid}` };
  if (handedOver !== undefined && panic === undefined) return afterHandOver(handedOver, ending);
  const reached = stageOf(console);
  const how = panic === undefined ? endings[ending] : `the kernel panicked (${panic.trim()})`;
  return { reached, explanation: `${how} ${places[reached]}` };
}

/** What the boot program logs just before it becomes the real init. */
const handOverLine: RegExp = /earlyboot: handing over to (\S+)/;

function afterHandOver(init: string, ending: Ending): Pick<BootResult, "reached" | "explanation"> {
  const seen: Readonly<Record<Ending, string>> = {
    login: "came up to its login prompt",
    ended: "ran and ended the machine",
    limit: "runs, but no login prompt came within the time limit",
    interrupted: "ran when you stopped watching",
  };
  return { reached: "real-init", explanation: `${init} became PID 1 and ${seen[ending]}` };
}

function stageOf(console: string): Exclude<Reached, "real-init"> {
  if (/Run \/init as init process|^earlyboot:|\] earlyboot:/m.test(console)) return "boot-program";
  return /Linux version/.test(console) ? "kernel" : "nothing";
}

const endings: Readonly<Record<Ending, string>> = {
  ended: "the guest ended",
  login: "a login prompt came",
  limit: "the time limit passed",
  interrupted: "you stopped it",
};

const places: Readonly<Record<Exclude<Reached, "real-init">, string>> = {
  "boot-program": "while the boot program ran: what it says about that is above",
  kernel: "before the kernel started /init",
  nothing: "before the kernel printed anything",
};

function seconds(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

function milliseconds(value: number | undefined): number | undefined {
  return value === undefined ? undefined : value / 1000;
}
