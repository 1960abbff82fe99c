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
import { testKernel } from "./boot-environment.ts";
import { testImage } from "./test-image.ts";

// A guest takes some 10 s; this only ends what hangs.
jest.setTimeout(1_200_000);

/** A guest to boot: the usual image and kernel, unless others are named. */
export interface TestGuest extends Partial<Omit<GuestOptions, "commandLine">> {
  /** What follows the usual words of the kernel's command line. */
  readonly commandLine: string;
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

const guests: Guest[] = [];
let directory = "";

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "earlyboot-test-"));
});

afterEach(async () => {
  await Promise.all(guests.splice(0).map((guest) => guest.end()));
  rmSync(directory, { recursive: true });
});

/** A path for a file that is there as long as the test. */
export function scratchFile(name: string): string {
  return join(directory, name);
}

/** Boots a guest, which ends with the test. Its console is shown where `EARLYBOOT_SHOW_CONSOLE` is set. */
export async function bootGuest(options: TestGuest): Promise<BootedGuest> {
  const log = logFile();
  const guest = startGuest(
    {
      ...options,
      kernel: options.kernel ?? testKernel()?.file ?? "",
      image: options.image ?? (await testImage()),
      commandLine: guestCommandLine(options.commandLine),
    },
    log,
  );
  guests.push(guest);
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
