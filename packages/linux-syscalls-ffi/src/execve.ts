import type { ExecOptions } from "@earlyboot/linux-syscalls";

import { descriptor, fields, integer, list, path } from "./arguments.ts";
import { argument, environmentWords } from "./environment.ts";
import type { Kernel } from "./kernel.ts";
import { pollEntry, resourceLimit, signalAction } from "./layouts.ts";
import { settableSignals, signalSetOf } from "./signal-sets.ts";
import { stringArray } from "./string-array.ts";
import { makeStructure, readStructure, writeStructure } from "./structure.ts";

/** Undoes one preparation. */
type Undo = () => void;

/**
 * execve(2). What Node has changed of the process is put back first: its standard streams are
 * close-on-exec, SIGPIPE and SIGXFSZ are ignored, the limit of open files is raised. When the call
 * fails, all of that is undone, the last first.
 */
export function execve(
  kernel: Kernel,
  file: string,
  argv: readonly string[],
  environment: Readonly<Record<string, string>>,
  options: ExecOptions = {},
): never {
  const where = path("execve", "path", file);
  const words = stringArray(kernel, list("execve", "argv", argv, argument));
  const variables = stringArray(kernel, environmentWords("execve", environment));
  const { keep, limit } = checkOptions(options);
  const undo: Undo[] = [];
  try {
    passDescriptors(kernel, [0, 1, 2, ...keep], undo);
    blockOnStreams(kernel, undo);
    resetSignals(kernel, undo);
    if (limit !== undefined) setOpenFiles(kernel, limit, undo);
    kernel.call("execve", [where, words.address, variables.address], { path: where });
    throw new Error("execve returned without an error");
  } finally {
    for (const step of undo.reverse()) step();
  }
}

function checkOptions(options: ExecOptions): {
  readonly keep: readonly number[];
  readonly limit: Uint8Array | undefined;
} {
  const { keep = [], openFiles } = fields("execve", "options", options);
  const kept = list("execve", "keep", keep, descriptor);
  if (openFiles === undefined) return { keep: kept, limit: undefined };
  const { soft, hard } = fields("execve", "openFiles", openFiles);
  const most = integer("execve", "openFiles.hard", hard, 0, Number.MAX_SAFE_INTEGER);
  const limit = makeStructure(resourceLimit, {
    soft: BigInt(integer("execve", "openFiles.soft", soft, 0, most)),
    hard: BigInt(most),
  });
  return { keep: kept, limit };
}

/** Commands of fcntl(2), FD_CLOEXEC and O_NONBLOCK */
const Control = {
  GetFd: 1,
  SetFd: 2,
  GetFl: 3,
  SetFl: 4,
  CloseOnExec: 1,
  NonBlock: 0o4000,
} as const;

/** Makes exactly the descriptors of `passed` survive; a closed one of them is an error (EBADF). */
function passDescriptors(kernel: Kernel, passed: readonly number[], undo: Undo[]): void {
  for (const open of passed) setInherited(kernel, open, true, undo);
  for (const open of openDescriptors(kernel)) {
    if (!passed.includes(open)) setInherited(kernel, open, false, undo);
  }
}

function setInherited(kernel: Kernel, open: number, inherited: boolean, undo: Undo[]): void {
  const before = kernel.call("fcntl", [open, Control.GetFd, 0]);
  const flags = inherited ? 0 : Control.CloseOnExec;
  if (before === flags) return;
  undo.push(() => kernel.call("fcntl", [open, Control.SetFd, before]));
  kernel.call("fcntl", [open, Control.SetFd, flags]);
}

/** POLLNVAL: nothing is open there. */
const notOpen = 0x20;

/** How many descriptors poll(2) is asked about at once; no more than the limit of open files. */
const atOnce = 4096;

/** The open descriptors. poll(2) tells them without a /proc, which may have moved away by now. */
function* openDescriptors(kernel: Kernel): Generator<number> {
  const { soft, hard } = openFileLimit(kernel);
  const count = Math.min(atOnce, Number(soft));
  const entries = new Uint8Array(count * pollEntry.size);
  for (let first = 0; count > 0 && first < Number(hard); first += count) {
    for (let i = 0; i < count; i++) {
      const entry = entries.subarray(i * pollEntry.size, (i + 1) * pollEntry.size);
      writeStructure(pollEntry, entry, { descriptor: first + i });
    }
    kernel.call("poll", [entries, count, 0]);
    for (let i = 0; i < count; i++) {
      const entry = entries.subarray(i * pollEntry.size, (i + 1) * pollEntry.size);
      if (readStructure(pollEntry, entry).revents !== notOpen) yield first + i;
    }
  }
}

/** Node makes pipes and terminals non-blocking, which programs do not expect of their streams. */
function blockOnStreams(kernel: Kernel, undo: Undo[]): void {
  for (const stream of [0, 1, 2]) {
    const flags = kernel.call("fcntl", [stream, Control.GetFl, 0]);
    if ((flags & Control.NonBlock) === 0) continue;
    undo.push(() => kernel.call("fcntl", [stream, Control.SetFl, flags]));
    kernel.call("fcntl", [stream, Control.SetFl, flags & ~Control.NonBlock]);
  }
}

/** SIG_SETMASK */
const setMask = 2;

/** SIG_IGN, the only action that outlives an execve(2) */
const ignore = 1n;

function resetSignals(kernel: Kernel, undo: Undo[]): void {
  for (const number of settableSignals) {
    const before = makeStructure(signalAction);
    kernel.call("sigaction", [number, null, before]);
    if (readStructure(signalAction, before).handler !== ignore) continue;
    undo.push(() => kernel.call("sigaction", [number, before, null]));
    kernel.call("sigaction", [number, makeStructure(signalAction), null]);
  }
  const mask = signalSetOf([]);
  kernel.call("sigprocmask", [setMask, signalSetOf([]), mask]);
  undo.push(() => kernel.call("sigprocmask", [setMask, mask, null]));
}

/** RLIMIT_NOFILE */
const openFiles = 7;

function openFileLimit(kernel: Kernel): { readonly soft: bigint; readonly hard: bigint } {
  const limit = makeStructure(resourceLimit);
  kernel.call("prlimit", [0, openFiles, null, limit]);
  return readStructure(resourceLimit, limit);
}

function setOpenFiles(kernel: Kernel, limit: Uint8Array, undo: Undo[]): void {
  const before = makeStructure(resourceLimit);
  kernel.call("prlimit", [0, openFiles, limit, before]);
  undo.push(() => kernel.call("prlimit", [0, openFiles, before, null]));
}
