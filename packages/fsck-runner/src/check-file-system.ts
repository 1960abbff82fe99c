import { AccessMode, type Linux } from "@earlyboot/linux-syscalls";
import type { CheckResult, Finding, SkipReason } from "./check-result.ts";
import { type Checker, checkerFor, type Repair, type RepairMode } from "./checkers.ts";
import { deviceUse, type DeviceUseLinux } from "./device-use.ts";
import { describe } from "./describe.ts";
import { fsckOutcome } from "./fsck-outcome.ts";
import type { CheckProgress } from "./progress.ts";
import { replayLog, type ReplayingLinux } from "./replay-log.ts";
import { programDirectories, runChecker } from "./run-checker.ts";

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
  { mode, repair, clean, skipIfClean }: CheckOptions,
  force: boolean,
): SkipReason | undefined {
  if (mode === "skip") return "not-wanted";
  if (checker.alwaysWrites && repairMode(repair) === "no") return "would-write";
  if (force) return undefined;
  if (checker.onlyOnDemand) return "only-on-demand";
  return clean === true && skipIfClean === true ? "clean" : undefined;
}

function inUse(linux: CheckingLinux, members: readonly string[]): SkipReason | undefined {
  const uses = members.map((member) => deviceUse(linux, member));
  return uses.find((use) => use !== undefined);
}

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
  const device = members.join(":");
  const args = [...argumentsOf(checker, mode, force), ...members];
  const once = () => runChecker(linux, { checker, path, arguments: args, device }, options);
  let { ending, asksForReplay, printed } = await once();
  if (asksForReplay) {
    // That writes to the device, and not by the checker: only for somebody who asked for everything.
    if (mode !== "yes") return { outcome: "skipped", reason: "log-not-replayed" };
    if (replayLog(linux, device, type)) ({ ending, printed } = await once());
  }
  const common = { program: checker.program, arguments: args, ...printed };
  if (ending.kind === "signalled") return { outcome: "killed", signal: ending.signal, ...common };
  const bits = checker.translate(ending.status, mode, common.output);
  return { ...fsckOutcome(bits), status: ending.status, ...common };
}

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
