import {
  AccessMode,
  type ChildProcess,
  type ExitStatus,
  type Linux,
  Signal,
} from "@earlyboot/linux-syscalls";
import type { CheckResult, Finding, SkipReason } from "./check-result.ts";
import { type Checker, checkerFor, type Repair, type RepairMode } from "./checkers.ts";
import { deviceUse, type DeviceUseLinux } from "./device-use.ts";
import { describe } from "./describe.ts";
import { fsckOutcome } from "./fsck-outcome.ts";
import { type CheckProgress, readProgress } from "./progress.ts";
import { replayLog, type ReplayingLinux } from "./replay-log.ts";

/** How {@link checkFileSystem} checks. */
export interface CheckOptions {
  /** `auto` (default), `force` (also what looks clean), or `skip`. `fsck.mode=` */
  readonly mode?: "auto" | "force" | "skip";
  /** The same as `mode: "force"`. */
  readonly force?: boolean;
  /** How far the checker may go; default `preen`: what is safe without asking. `fsck.repair=` */
  readonly repair?: Repair;
  /** Whether the superblock says that the file system is clean, where it does. */
  readonly clean?: boolean;
  /** Whether a clean file system need not be checked; default false. */
  readonly skipIfClean?: boolean;
  /** Receives what the program prints, as it comes. */
  readonly onOutput?: (text: string) => void;
  /** Receives how far it has come, of programs that tell. */
  readonly onProgress?: (progress: CheckProgress) => void;
  /** Ends the check with SIGINT, which lets e2fsck(8) stop in an orderly way, and waits for its end. */
  readonly signal?: AbortSignal;
  /** Does the same after so many milliseconds; default never. */
  readonly timeout?: number;
  /** Where programs are looked for, in order; default `/sbin`, `/usr/sbin`, `/bin`, `/usr/bin`. */
  readonly directories?: readonly string[];
}

/** The calls that {@link checkFileSystem} makes. */
export type CheckingLinux = DeviceUseLinux &
  ReplayingLinux &
  Pick<Linux, "access" | "sleep" | "spawn">;

/**
 * Checks the file system of a type on a device that is neither mounted, nor otherwise in use, nor
 * read-only, with the program of the type, and says what came of it. See fsck(8).
 *
 * @throws SyscallError when the device is missing, the mounts cannot be read or the program cannot be started.
 */
export async function checkFileSystem(
  linux: CheckingLinux,
  device: string,
  type: string,
  options: CheckOptions = {},
): Promise<CheckResult> {
  const finding = await examine(linux, device, type, options);
  return { device, type, ...finding, message: describe(device, type, finding) };
}

async function examine(
  linux: CheckingLinux,
  device: string,
  type: string,
  options: CheckOptions,
): Promise<Finding> {
  const checker = checkerFor(type);
  if (checker === undefined) return { outcome: "skipped", reason: "no-check-needed" };
  if (!device.startsWith("/")) throw new RangeError(`${device} is not an absolute path`);
  const force = options.force === true || options.mode === "force";
  const members = checker.takesMembers ? device.split(":") : [device];
  const reason = unwanted(checker, options, force) ?? inUse(linux, members);
  if (reason !== undefined) return { outcome: "skipped", reason };
  const path = findProgram(linux, checker.program, options.directories ?? programDirectories);
  if (path === undefined) return { outcome: "no-checker", program: checker.program };
  return await run(linux, { checker, path, members, type, force }, options);
}

function unwanted(
  checker: Checker,
  { mode, clean, skipIfClean }: CheckOptions,
  force: boolean,
): SkipReason | undefined {
  if (mode === "skip") return "not-wanted";
  if (force) return undefined;
  if (checker.onlyOnDemand) return "only-on-demand";
  return clean === true && skipIfClean === true ? "clean" : undefined;
}

function inUse(linux: CheckingLinux, members: readonly string[]): SkipReason | undefined {
  const uses = members.map((member) => deviceUse(linux, member));
  return uses.find((use) => use !== undefined);
}

const programDirectories = ["/sbin", "/usr/sbin", "/bin", "/usr/bin"];

function findProgram(
  linux: CheckingLinux,
  program: string,
  directories: readonly string[],
): string | undefined {
  return directories
    .map((directory) => `${directory}/${program}`)
    .find((path) => {
      try {
        linux.access(path, AccessMode.Execute);
        return true;
      } catch {
        return false;
      }
    });
}

/** A check that is going to be made. */
interface Check {
  readonly checker: Checker;
  /** The program's path. */
  readonly path: string;
  readonly members: readonly string[];
  readonly type: string;
  readonly force: boolean;
}

async function run(
  linux: CheckingLinux,
  { checker, path, members, type, force }: Check,
  options: CheckOptions,
): Promise<Finding> {
  const mode = repairMode(options.repair);
  const args = [...argumentsOf(checker, mode, force), ...members];
  options.signal?.throwIfAborted();
  if (checker.needsReplay && mode !== "no") replayLog(linux, members.join(":"), type);
  const printed = collectOutput(options.onOutput);
  const child = await linux.spawn({
    path,
    argv0: checker.program,
    arguments: args,
    environment,
    onOutput: printed.take,
    ...(checker.tellsProgress && {
      onProgress: readProgress(members.join(":"), options.onProgress ?? (() => {})),
    }),
  });
  const ending = await endOf(linux, child, options);
  const common = { program: checker.program, arguments: args, ...printed.ends() };
  if (ending.kind === "signalled") return { outcome: "killed", signal: ending.signal, ...common };
  const bits = checker.translate(ending.status, mode, common.output);
  return { ...fsckOutcome(bits), status: ending.status, ...common };
}

/** No word of it comes from the kernel command line. */
const environment = {
  PATH: programDirectories.join(":"),
  LC_ALL: "C",
  // e2fsck(8) otherwise complains that there is no /etc/mtab.
  EXT2FS_NO_MTAB_OK: "1",
};

function repairMode(repair: Repair = "preen"): RepairMode {
  if (typeof repair === "string") return repair;
  return repair ? "yes" : "no";
}

/** A subcommand, as in `btrfs check`, comes before the arguments that force. */
function argumentsOf(checker: Checker, mode: RepairMode, force: boolean): readonly string[] {
  const args = checker.arguments[mode];
  if (!force) return args;
  const at = args[0]?.startsWith("-") === false ? 1 : 0;
  return args.toSpliced(at, 0, ...checker.force[mode]);
}

/** As much of the end of a program's output as is kept, in characters. */
const keptOutput = 16_384;

/** Passes output on as text, and keeps its end. */
function collectOutput(onOutput: (text: string) => void = () => {}): {
  readonly take: (chunk: Uint8Array, stream: "stdout" | "stderr") => void;
  readonly ends: () => { readonly output: string; readonly errorOutput: string };
} {
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  let [output, errorOutput] = ["", ""];
  return {
    take: (chunk, stream) => {
      const text = decoders[stream].decode(chunk, { stream: true });
      output = (output + text).slice(-keptOutput);
      if (stream === "stderr") errorOutput = (errorOutput + text).slice(-keptOutput);
      onOutput(text);
    },
    ends: () => ({ output, errorOutput }),
  };
}

/** Waits for the program; an abort or a time-out asks it to stop, and its own end is still waited for. */
async function endOf(
  linux: CheckingLinux,
  child: ChildProcess,
  { signal, timeout }: CheckOptions,
): Promise<ExitStatus> {
  const ended = new AbortController();
  const stop = () => interrupt(child);
  signal?.addEventListener("abort", stop);
  if (signal?.aborted === true) stop();
  if (timeout !== undefined) void linux.sleep(timeout, ended.signal).then(stop, () => {});
  try {
    return await child.exited;
  } finally {
    ended.abort();
    signal?.removeEventListener("abort", stop);
  }
}

/** Never throws: nobody could catch what is thrown at an abort or when the time is over. */
function interrupt(child: ChildProcess): void {
  try {
    child.kill(Signal.Interrupt);
  } catch {
    // Then it goes on to its own end.
  }
}
