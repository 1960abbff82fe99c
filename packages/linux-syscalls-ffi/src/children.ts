import { type ExitStatus, Signal, errorCode } from "@earlyboot/linux-syscalls";

import { keepAlive } from "./keep-alive.ts";
import type { Kernel } from "./kernel.ts";
import { childInfo } from "./layouts.ts";
import { listen } from "./signals.ts";
import { makeStructure, readStructure } from "./structure.ts";

/** Receives what a reaped process was and how it ended. */
export type OnReaped = (pid: number, status: ExitStatus) => void;

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
  let stopListening: (() => void) | undefined;
  let release: (() => void) | undefined;

  /** Listens while there is somebody to wait for, and only then. */
  function update(): void {
    if (followed.size > 0) release ??= keepAlive();
    else release = void release?.();
    if (followed.size + reapers.size > 0) stopListening ??= listen(Signal.Child, collect);
    else stopListening = void stopListening?.();
  }

  function collect(): void {
    for (const [pid, settle] of followed) {
      const ended = wait(kernel, Wait.Process, pid, 0);
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
    const dead = wait(kernel, Wait.Any, 0, Wait.LeaveDead);
    if (dead === undefined || reapers.size === 0) return;
    if (followed.has(dead.pid)) return void setImmediate(collect);
    if (dead.pid !== suspect) return void setImmediate(reapOrphans, dead.pid);
    const reaped = wait(kernel, Wait.Process, dead.pid, 0);
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

/** Stands for a process that is being started, so that its SIGCHLD is not missed. */
const notYet = 0;

/** From `<linux/wait.h>` */
const Wait = { Any: 0, Process: 1, NoHang: 1, Exited: 4, LeaveDead: 0x01000000 } as const;

interface Ended {
  readonly pid: number;
  readonly status: ExitStatus;
}

/** A child that has ended, or `undefined`; waitid(2). */
function wait(kernel: Kernel, kind: number, pid: number, flags: number): Ended | undefined {
  const answer = makeStructure(childInfo);
  try {
    const how = Wait.Exited | Wait.NoHang | flags;
    kernel.call("waitid", [kind, pid, answer, how]);
  } catch (error) {
    if (errorCode(error) !== "ECHILD") throw error;
    return kind === Wait.Process ? { pid, status: unknown } : undefined;
  }
  const ended = readStructure(childInfo, answer);
  if (ended.pid === 0) return undefined;
  const { code, status } = ended;
  return {
    pid: ended.pid,
    status: code === exited ? { kind: "exited", status } : { kind: "signalled", signal: status },
  };
}

/** CLD_EXITED; the other codes of a child that ended mean a signal. */
const exited = 1;

/** When somebody else has waited for our child, how it ended is lost; 255 is no success. */
const unknown: ExitStatus = { kind: "exited", status: 255 };
