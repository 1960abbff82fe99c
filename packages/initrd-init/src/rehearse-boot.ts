import type { SimulatedLinux } from "@earlyboot/linux-syscalls/testing";
import type { BootConfiguration } from "./boot-configuration.ts";
import { reportPath } from "./boot-recorder.ts";
import type { BootReport, CheckReport, StageReport } from "./boot-report.ts";
import { bootSystem } from "./boot-system.ts";
import type { BootUi } from "./boot-ui.ts";

/** What a boot would come to. */
export type BootOutcome =
  /** The real init would run. */
  | { readonly kind: "real-init"; readonly path: string; readonly arguments: readonly string[] }
  /** A JavaScript boot program would run. */
  | { readonly kind: "boot-program"; readonly path: string }
  /** The failure policy would act, after this screen. */
  | { readonly kind: "failed"; readonly failure: string; readonly screen: string }
  /** The machine would restart, because a checker asks for it. */
  | { readonly kind: "reboot" };

/** A boot that was thought through: what would be done, and what would come of it. */
export interface BootPlan {
  readonly outcome: BootOutcome;
  /** Every call that would change the machine, in order, as strace(1) would write it. */
  readonly steps: readonly string[];
  readonly stages: readonly StageReport[];
  readonly warnings: readonly string[];
  /** What a console would show. */
  readonly console: string;
  readonly report: BootReport | undefined;
  /** What was taken for granted because it could not be looked at, one sentence each. */
  readonly assumptions: readonly string[];
}

/** What {@link rehearseBoot} may be told. */
export interface RehearsalOptions {
  /** The words that the kernel would give `/init`. */
  readonly kernelArguments?: readonly string[];
  readonly assumptions?: readonly string[];
}

/**
 * Boots a simulated machine by the very code that boots a real one, with nobody at its console, and
 * tells what it did. Nothing real is touched.
 */
export async function rehearseBoot(
  linux: SimulatedLinux,
  configuration: BootConfiguration,
  { kernelArguments = [], assumptions = [] }: RehearsalOptions = {},
): Promise<BootPlan> {
  let written = "";
  let report: BootReport | undefined;
  const { promise: early, resolve: stop } = Promise.withResolvers<BootOutcome | undefined>();
  const ui = nobody(kernelArguments, {
    write: (text) => {
      written += text;
    },
    run: (path) => stop({ kind: "boot-program", path }),
    exit: () => stop(undefined),
  });
  const watched: SimulatedLinux = {
    ...linux,
    writeFile: (path, content, options) => {
      linux.writeFile(path, content, options);
      if (path === reportPath) report = JSON.parse(String(content));
    },
    // After a failure nobody sleeps so long but who waits for a person, or for the machine to end.
    sleep: (milliseconds, signal) => {
      if (milliseconds < anHour || report?.outcome !== "failed")
        return linux.sleep(milliseconds, signal);
      stop(undefined);
      return new Promise(() => {});
    },
  };
  // On a machine that has ended every call throws: there is nothing to be told of that.
  bootSystem(watched, configuration, ui).catch(() => stop(undefined));
  const ended = linux.ended.then((ending): BootOutcome | undefined =>
    ending.kind === "execve"
      ? { kind: "real-init", path: ending.path, arguments: ending.argv.slice(1) }
      : undefined,
  );
  const stuck = linux.stuck.then(() => undefined);
  const outcome = (await Promise.race([early, ended, stuck])) ?? failureOf(report, written);
  const shown = linux.kernelLog.map((record) => record.replace(/^<\d>/, "").trimEnd());
  return {
    outcome,
    steps: linux.calls.filter((call) => !isTalk(call)),
    stages: report?.stages ?? [],
    warnings: report?.warnings ?? [],
    console: `${shown.join("\n")}\n${written}`,
    report,
    assumptions: [...assumptions, ...notRun(configuration, report?.checks ?? [])],
  };
}

function notRun({ hooks }: BootConfiguration, checks: readonly CheckReport[]): readonly string[] {
  return [
    ...(hooks === undefined ? [] : [`the hooks in ${hooks} are not run: they change nothing`]),
    ...checks.filter(isTaken).map(({ device, type, outcome }) => {
      const answer = outcome === "pass" ? "pass" : `say ${outcome}`;
      return `no checker is run: that of ${type} on ${device} is taken to ${answer}`;
    }),
  ];
}

/** Whether a checker would have run. */
function isTaken({ outcome }: CheckReport): boolean {
  return outcome !== "skipped" && outcome !== "no-checker";
}

const anHour = 3_600_000;

/** Calls that only say something. */
function isTalk(call: string): boolean {
  return /^(writeFile|append|write) \/(dev\/kmsg|run\/earlyboot)/.test(call);
}

function failureOf(report: BootReport | undefined, written: string): BootOutcome {
  const start = written.indexOf("earlyboot: this machine did not boot");
  if (start === -1 && report?.outcome !== "failed") return { kind: "reboot" };
  const end = written.indexOf("\n\n", start);
  const screen = written.slice(Math.max(start, 0), end === -1 ? undefined : end + 1);
  return { kind: "failed", failure: report?.failure ?? "", screen };
}

/** A console at which nobody sits. */
function nobody(
  kernelArguments: readonly string[],
  listener: {
    readonly write: (text: string) => void;
    readonly run: (path: string) => void;
    readonly exit: () => void;
  },
): BootUi {
  return {
    host: "rehearsal",
    kernelArguments,
    interactive: () => false,
    colour: () => false,
    write: listener.write,
    nextKey: async () => undefined,
    readSecret: async () => undefined,
    passwordFits: async () => false,
    runRepl: async () => {},
    runProgram: (path) => {
      listener.run(path);
      return new Promise(() => {});
    },
    importHooks: async () => ({}),
    decompress: {},
    onFatal: () => {},
    exit: () => {
      listener.exit();
      throw new Error("PID 1 has ended");
    },
  };
}
