import { type ExitStatus, Signal, errorCode } from "@earlyboot/linux-syscalls";

import { C } from "./c-constants.ts";
import { keepAlive } from "./keep-alive.ts";
import type { Kernel } from "./kernel.ts";
import { childInfo } from "./layouts.ts";
import { listen } from "./signals.ts";
import { makeStructure, readStructure } from "./structure.ts";

/** Receives what a reaped process was and how it ended. */
type OnReaped = (pid: number, status: ExitStatus) => void;

/** The processes of which this one is the parent. */
export interface Children {
  /**
   * Runs `start`, which starts a process and gives its number, and waits for that process.
   */
  follow(start: () => number): { readonly pid: number; readonly exited: Promise<ExitStatus> };
  /** Whether `follow` still waits for the process: then its number is not yet another's. */
  has(pid: number): boolean;
  /** Reaps processes that nobody follows. Gives a function that stops it. */
  reapOrphans(onReaped: OnReaped): () => void;
}

/** Waits for children by SIGCHLD and waitid(2). */
export function followChildren(kernel: Kernel): Children {
  const followed = new Map<number, (status: ExitStatus) => void>();
  const reapers = new Set<OnReaped>();
  const stayAlive = onDemand(keepAlive);
  const heedSignal = onDemand(() => listen(Signal.Child, collect));

  /** Listens while there is somebody to wait for, and only then. */
  function update(): void {
    stayAlive(followed.size > 0);
    heedSignal(followed.size + reapers.size > 0);
  }

  function collect(): void {
    for (const [pid, settle] of followed) {
      const ended = wait(kernel, C.P_PID, pid, 0);
      if (ended === undefined) continue;
      followed.delete(pid);
      settle(ended.status);
    }
    update();
    if (reapers.size > 0) reapOrphans();
  }

  /**
   * A dead child that nobody follows is an orphan, or a child of Node's own child_process. Node
   * waits for its own within a turn of its loop: who is still dead a turn later is an orphan.
   */
  function reapOrphans(suspect?: number): void {
    const dead = wait(kernel, C.P_ALL, 0, C.WNOWAIT);
    if (dead === undefined || reapers.size === 0) return;
    if (followed.has(dead.pid)) return void setImmediate(collect);
    if (dead.pid !== suspect) return void setImmediate(reapOrphans, dead.pid);
    const reaped = wait(kernel, C.P_PID, dead.pid, 0);
    if (reaped !== undefined) for (const tell of reapers) tell(reaped.pid, reaped.status);
    reapOrphans();
  }

  return {
    has: (pid) => followed.has(pid),
    follow(start) {
      const { promise: exited, resolve } = Promise.withResolvers<ExitStatus>();
      followed.set(notYet, resolve);
      update();
      followed.delete(notYet);
      try {
        const pid = start();
        followed.set(pid, resolve);
        return { pid, exited };
      } finally {
        update();
      }
    },
    reapOrphans(onReaped) {
      const tell: OnReaped = (pid, status) => onReaped(pid, status);
      reapers.add(tell);
      update();
      setImmediate(collect);
      return () => {
        reapers.delete(tell);
        update();
      };
    },
  };
}

/** Begins something when it is needed, and stops it when it no longer is. */
function onDemand(begin: () => () => void): (needed: boolean) => void {
  let stop: (() => void) | undefined;
  return (needed) => {
    if (needed) stop ??= begin();
    else {
      stop?.();
      stop = undefined;
    }
  };
}

/** Stands for a process that is being started, so that its SIGCHLD is not missed. */
const notYet = 0;

interface Ended {
  readonly pid: number;
  readonly status: ExitStatus;
}

/** A child that has ended, or `undefined`; waitid(2). */
function wait(kernel: Kernel, kind: number, pid: number, flags: number): Ended | undefined {
  const answer = makeStructure(childInfo);
  try {
    const how = C.WEXITED | C.WNOHANG | flags;
    kernel.call("waitid", [kind, pid, answer, how]);
  } catch (error) {
    if (errorCode(error) !== "ECHILD") throw error;
    return kind === C.P_PID ? { pid, status: unknown } : undefined;
  }
  const ended = readStructure(childInfo, answer);
  if (ended.pid === 0) return undefined;
  const { code, status } = ended;
  return {
    pid: ended.pid,
    status:
      code === C.CLD_EXITED ? { kind: "exited", status } : { kind: "signalled", signal: status },
  };
}

/** When somebody else has waited for our child, how it ended is lost; 255 is no success. */
const unknown: ExitStatus = { kind: "exited", status: 255 };
