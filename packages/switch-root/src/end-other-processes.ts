import { errorCode, type Linux, Signal } from "@earlyboot/linux-syscalls";
import { type ProcessStatus, readProcessStatus } from "./process-status.ts";

/** Whom {@link endOtherProcesses} spares, and how long it waits. */
export interface EndOptions {
  /** A file with process numbers that live on; default `/run/earlyboot/do-not-kill`. It may be missing. */
  readonly doNotKill?: string;
  /** How long a process may take to end after SIGTERM, and again after SIGKILL; default 2000 ms. */
  readonly grace?: number;
}

/** A process that {@link endOtherProcesses} met. */
export interface RunningProcess {
  readonly pid: number;
  /** The name of its program, at most 15 bytes. */
  readonly name: string;
}

/** What {@link endOtherProcesses} did. */
export interface EndedProcesses {
  /** Ended after SIGTERM. */
  readonly ended: readonly RunningProcess[];
  /** Ended after SIGKILL. */
  readonly killed: readonly RunningProcess[];
  /** Still there. */
  readonly left: readonly RunningProcess[];
  /** Spared, because their `argv[0]` begins with `@` or the file names them. */
  readonly spared: readonly RunningProcess[];
}

/** The calls that {@link endOtherProcesses} makes. */
export type EndingLinux = Pick<
  Linux,
  "getpid" | "kill" | "now" | "readDirectory" | "readText" | "sleep"
>;

/**
 * Ends every process that was started in the initramfs: SIGTERM, a bounded wait, SIGKILL. Spares this
 * one, kernel threads, those whose `argv[0]` begins with `@`, and those that `doNotKill` names.
 * See https://systemd.io/ROOT_STORAGE_DAEMONS/ for the `@`.
 *
 * @throws Error when this is not process 1: on a running system it would end everything.
 */
export async function endOtherProcesses(
  linux: EndingLinux,
  options: EndOptions = {},
): Promise<EndedProcesses> {
  const { doNotKill = "/run/earlyboot/do-not-kill", grace = 2000 } = options;
  const self = linux.getpid();
  if (self !== 1) throw new Error(`process ${self} may not end all others; only process 1 does`);
  const listed = readListed(linux, doNotKill);
  const others = listProcesses(linux).filter(({ pid }) => pid !== self);
  const isSpared = ({ pid }: ProcessStatus) => listed.has(pid) || isMarked(linux, pid);
  const spared = others.filter(isSpared);
  const doomed = others.filter((process) => !spared.includes(process));
  const stubborn = await end(linux, doomed, Signal.Terminate, grace);
  const left = await end(linux, stubborn, Signal.Kill, grace);
  return {
    ended: namesOf(doomed.filter((process) => !stubborn.includes(process))),
    killed: namesOf(stubborn.filter((process) => !left.includes(process))),
    left: namesOf(left),
    spared: namesOf(spared),
  };
}

/** Process numbers in a file, whatever stands between them. */
function readListed(linux: EndingLinux, file: string): ReadonlySet<number> {
  try {
    return new Set(linux.readText(file).match(/\d+/g)?.map(Number));
  } catch (error) {
    if (errorCode(error) === "ENOENT") return new Set();
    throw error;
  }
}

/** All processes but kernel threads and those that have ended. */
function listProcesses(linux: EndingLinux): readonly ProcessStatus[] {
  return linux.readDirectory("/proc").flatMap(({ name }) => {
    const status = /^\d+$/.test(name) ? statusOf(linux, Number(name)) : undefined;
    return status === undefined || status.kernelThread || status.ended ? [] : [status];
  });
}

/** The status of a process, or `undefined` when it is gone. */
function statusOf(linux: EndingLinux, pid: number): ProcessStatus | undefined {
  return unlessGone(() => readProcessStatus(linux, pid));
}

function isMarked(linux: EndingLinux, pid: number): boolean {
  return unlessGone(() => linux.readText(`/proc/${pid}/cmdline`).startsWith("@")) ?? false;
}

/** Sends a signal to all, waits until they are gone or `grace` is over, and gives those still there. */
async function end(
  linux: EndingLinux,
  processes: readonly ProcessStatus[],
  signal: number,
  grace: number,
): Promise<readonly ProcessStatus[]> {
  let there = processes.filter((process) => isThere(linux, process));
  for (const { pid } of there) send(linux, pid, signal);
  const deadline = linux.now() + grace;
  // The kernel tells nobody but its parent when a process ends, so look, at growing intervals.
  for (let pause = 1; there.length > 0 && linux.now() < deadline; pause = Math.min(pause * 2, 50)) {
    await linux.sleep(pause);
    there = there.filter((process) => isThere(linux, process));
  }
  return there;
}

/** Sends a signal; a process that it does not reach is gone, or is found to be still there. */
function send(linux: EndingLinux, pid: number, signal: number): void {
  try {
    linux.kill(pid, signal);
  } catch {
    // Whatever the kernel answered, the others are to be ended too.
  }
}

function isThere(linux: EndingLinux, process: ProcessStatus): boolean {
  const status = statusOf(linux, process.pid);
  return status !== undefined && !status.ended && status.began === process.began;
}

function unlessGone<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ESRCH") return undefined;
    throw error;
  }
}

function namesOf(processes: readonly ProcessStatus[]): readonly RunningProcess[] {
  return processes.map(({ pid, name }) => ({ pid, name }));
}
