import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, jest } from "@jest/globals";
import { consoleLog } from "@earlyboot/jest/console-log";
import {
  guestKernelWords,
  hostArchitecture,
  parseScratchFacts,
  startGuest,
  type Guest,
  type GuestOptions,
  type ScratchFacts,
} from "@earlyboot/earlyboot";
import type { BootPlan } from "@earlyboot/initrd-init";
import type { PlannedMachine } from "../../src/plan/plan-image-boot.ts";
import { testKernel } from "./boot-environment.ts";
import { holdPlan, planGuest } from "./hold-plan.ts";
import { testImage } from "./test-image.ts";

// A guest takes some 10 s; this only ends what hangs.
jest.setTimeout(1_200_000);

/** A guest to boot: the usual image and kernel, unless others are named. */
export interface TestGuest
  extends Partial<Omit<GuestOptions, "commandLine">>, Pick<PlannedMachine, "checker"> {
  /** What follows the usual words of the kernel's command line. */
  readonly commandLine: string;
  /** Why `earlyboot plan` cannot know by nature what then happens; default: it has to agree. */
  readonly planCannotKnow?: string | undefined;
}

/** A guest in a test; its console is kept in a file, which failures name. */
export interface BootedGuest extends Guest {
  /** Waits for the scratch disk's init and the end of the guest. Fails with the end of the console. */
  reachedInit(): Promise<ScratchFacts>;
  /** The same for a guest that shows nothing: waits for its end only. */
  reachedFacts(): Promise<ScratchFacts>;
  /** Waits for the end of the guest, and gives its whole console. */
  ended(): Promise<string>;
}

/**
 * With `COUNTED_TIME=1` the time of the guests whose times are printed is counted in instructions: then the figures
 * are the same on every machine, and the guests take three times as long.
 */
export const countedTime: readonly string[] = process.env["COUNTED_TIME"]
  ? ["-icount", "shift=0"]
  : [];

/** Says of printed times what they are worth. */
export const timesAre: string =
  countedTime.length > 0
    ? "counted in instructions"
    : "of this machine's clock; COUNTED_TIME=1 counts instructions";

/** A guest that was started, and what was said of it before. */
interface StartedGuest {
  readonly guest: Guest;
  readonly plan: Promise<BootPlan> | undefined;
}

const guests: StartedGuest[] = [];
let directory = "";

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "earlyboot-test-"));
});

afterEach(async () => {
  const started = guests.splice(0);
  await Promise.all(started.map(({ guest }) => guest.end()));
  const plans = await Promise.allSettled(started.map(async ({ plan }) => await plan));
  rmSync(directory, { recursive: true });
  for (const [index, settled] of plans.entries()) {
    if (settled.status === "rejected") throw settled.reason;
    const guest = started[index]?.guest;
    if (guest === undefined || settled.value === undefined) continue;
    const facts = parseScratchFacts(guest.facts());
    holdPlan(settled.value, { console: guest.console.text(), facts });
  }
});

/** A path for a file that is there as long as the test. */
export function scratchFile(name: string): string {
  return join(directory, name);
}

/**
 * Boots a guest, which ends with the test; `earlyboot plan` is then held to what it did. Its console is shown where
 * `EARLYBOOT_SHOW_CONSOLE` is set.
 */
export async function bootGuest(options: TestGuest): Promise<BootedGuest> {
  const { checker, planCannotKnow, ...machine } = options;
  const described: GuestOptions = {
    ...machine,
    kernel: options.kernel ?? testKernel()?.file ?? "",
    image: options.image ?? (await testImage()),
    commandLine: guestCommandLine(options.commandLine),
  };
  const plan = planCannotKnow === undefined ? planGuest(described, { checker }) : undefined;
  // A guest that fails is told of first.
  plan?.catch(() => {});
  // A guest takes its time, and a plan is made meanwhile; but of a disk as it was before.
  if (described.disks?.some(({ writable }) => writable)) await plan?.catch(() => {});
  const log = logFile();
  const guest = startGuest(described, log);
  guests.push({ guest, plan });
  if (process.env["EARLYBOOT_SHOW_CONSOLE"]) {
    guest.console.onText((text) => void process.stderr.write(text));
  }
  return {
    ...guest,
    async ended() {
      const { complaint } = await guest.exited;
      if (complaint !== "") throw new Error(`QEMU: ${complaint}`);
      return guest.console.text();
    },
    async reachedInit() {
      await guest.console.expect("earlyboot-scratch: the real init runs");
      return factsOf(guest, log);
    },
    reachedFacts: () => factsOf(guest, log),
  };
}

/** The whole command line of a guest: the usual words first, so that later ones override them. */
export function guestCommandLine(words: string): string {
  // The kernel's tests of its own ciphers are a twentieth of a boot, and none of ours.
  const usual = [...guestKernelWords(hostArchitecture()), "cryptomgr.notests"];
  return [...usual, "earlyboot.onfailure=poweroff", words].join(" ");
}

async function factsOf(guest: Guest, log: string): Promise<ScratchFacts> {
  await guest.exited;
  const facts = parseScratchFacts(guest.facts());
  if (facts !== undefined) return facts;
  throw new Error(`The real init was not reached, or told nothing. The console is in ${log}`);
}

/** Named after the test, and kept. */
function logFile(): string {
  const log = consoleLog(expect.getState().currentTestName ?? "guest");
  mkdirSync(dirname(log), { recursive: true });
  return log;
}
