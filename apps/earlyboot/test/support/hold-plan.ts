import { expect } from "@jest/globals";
import type { GuestOptions, ScratchFacts } from "@earlyboot/earlyboot";
import type { BootPlan, BootReport } from "@earlyboot/initrd-init";
import {
  imageIn,
  type PlannedImage,
  planBootOf,
  type PlannedMachine,
} from "../../src/plan/plan-image-boot.ts";

/** What a boot has shown of itself. */
export interface HappenedBoot {
  readonly console: string;
  /** What the real init told, where it was one that tells. */
  readonly facts: ScratchFacts | undefined;
}

/** Images that were read for plans: many boots share one. */
const images = new Map<string, Promise<PlannedImage>>();

/** Asks `earlyboot plan` about the very machine that QEMU is about to run. */
export async function planGuest(
  { image = "", kernel, disks = [], commandLine }: GuestOptions,
  { checker }: Pick<PlannedMachine, "checker">,
): Promise<BootPlan> {
  const read = images.get(image) ?? imageIn(image);
  images.set(image, read);
  const bus = disks[0]?.bus;
  return planBootOf(await read, {
    kernel,
    disk: disks.map(({ file }) => file),
    cmdline: commandLine,
    bus: bus === undefined || bus === "none" ? "virtio" : bus,
    ...(checker === undefined ? {} : { checker }),
  });
}

/**
 * Holds a plan to what then happened: the same outcome; of a boot that came to an init the same stages with the
 * same outcomes, the same checks and mounts; of a boot that failed the same screen, letter by letter.
 */
export function holdPlan(plan: BootPlan, happened: HappenedBoot): void {
  expect({ plan: outcomeOf(plan) }).toEqual({ plan: whatHappened(happened) });
  const { report } = happened.facts ?? {};
  if (report !== undefined) {
    expect({ plan: summary(plan.report) }).toEqual({ plan: summary(report) });
  }
}

function outcomeOf({ outcome }: BootPlan): string {
  if (outcome.kind === "failed") return screenIn(outcome.screen);
  return outcome.kind === "reboot" ? "reboot" : `${outcome.kind} ${outcome.path}`;
}

/** How far the boot came, by its own words; those of a boot program are not part of it. */
function whatHappened({ console, facts }: HappenedBoot): string {
  const program = /loading the boot program (\S+)/.exec(console);
  if (program !== null) return `boot-program ${program[1]}`;
  const next = facts?.report?.next ?? /earlyboot: handing over to (\S+)/.exec(console)?.[1];
  if (next !== undefined) return `real-init ${next}`;
  if (console.includes(failureTitle)) return screenIn(console);
  if (console.includes("reboot: Restarting system")) return "reboot";
  throw new Error(
    "A plan can be held to nothing: this boot was ended on its way. Say why, by planCannotKnow.",
  );
}

const failureTitle = "earlyboot: this machine did not boot.";

/** The failure screen, whole, without what the kernel says meanwhile, in the middle of a line too. */
function screenIn(console: string): string {
  const text = console.replaceAll(/\[ *\d+\.\d{6}\] .*\n/g, "");
  const start = text.indexOf(failureTitle);
  const end = text.indexOf("\n\n", start);
  return text.slice(start, end === -1 ? undefined : end).trimEnd();
}

function summary(report: BootReport | undefined) {
  const { stages = [], checks = [], mounts = [] } = report ?? {};
  return {
    stages: stages.map(({ name, outcome }) => `${name} ${outcome}`),
    // What a checker finds, no plan can know, and each says so.
    checks: checks.map(({ device, type }) => `${device} ${type}`),
    // The kernel numbers what is on no device as it comes.
    mounts: mounts.map((row) =>
      `${row.source} ${row.target} ${row.type} ${row.options}`.replace(/device \d+:\d+/, "device"),
    ),
  };
}
