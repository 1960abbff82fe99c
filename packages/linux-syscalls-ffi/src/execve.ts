import { type ExecOptions, errorCode } from "@earlyboot/linux-syscalls";

import { descriptor, fields, integer, list, path } from "./arguments.ts";
import { C } from "./c-constants.ts";
import { closeLater } from "./close-later.ts";
import { argument, environmentWords } from "./environment.ts";
import { isOpen } from "./is-open.ts";
import type { Kernel } from "./kernel.ts";
import { resourceLimit, signalAction } from "./layouts.ts";
import { type OwnProcess, readOwnProcess } from "./own-process.ts";
import { withPinned } from "./pinned.ts";
import { knownSignals, signalSetOf } from "./signal-sets.ts";
import { stringArray } from "./string-array.ts";
import { makeStructure, readStructure } from "./structure.ts";

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
  const { keep, later, limit } = checkOptions(options);
  const undo: Undo[] = [];
  try {
    const streams = [0, 1, 2].filter((stream) => isStream(kernel, stream));
    const own = readOwnProcess(kernel) ?? askForOwnProcess(kernel);
    passDescriptors(kernel, [...streams, ...keep], own, undo);
    blockOnStreams(kernel, streams, undo);
    resetSignals(kernel, own, undo);
    if (limit !== undefined) setOpenFiles(kernel, limit, undo);
    const unregister = closeLater(kernel, later);
    if (unregister !== undefined) undo.push(unregister);
    withPinned([words.memory, variables.memory], () =>
      kernel.call("execve", [where, words.address, variables.address], { path: where }),
    );
    throw new Error("execve returned without an error");
  } finally {
    for (const step of undo.toReversed()) step();
  }
}

function checkOptions(options: ExecOptions): {
  readonly keep: readonly number[];
  readonly later: readonly number[];
  readonly limit: Uint8Array | undefined;
} {
  const { closeLater: large = [], keep = [], openFiles } = fields("execve", "options", options);
  const kept = list("execve", "keep", keep, descriptor);
  const later = list("execve", "closeLater", large, descriptor);
  if (openFiles === undefined) return { keep: kept, later, limit: undefined };
  const { soft, hard } = fields("execve", "openFiles", openFiles);
  const most = integer("execve", "openFiles.hard", hard, 0, Number.MAX_SAFE_INTEGER);
  const limit = makeStructure(resourceLimit, {
    soft: BigInt(integer("execve", "openFiles.soft", soft, 0, most)),
    hard: BigInt(most),
  });
  return { keep: kept, later, limit };
}

/** Whether a standard stream is open; what `close` has put in its place does not count. */
function isStream(kernel: Kernel, stream: number): boolean {
  if (!isOpen(kernel, stream)) return false;
  return (kernel.call("fcntl", [stream, C.F_GETFL, 0]) & C.O_PATH) === 0;
}

/** The same without a /proc, which may have moved away by now; it takes ten times as long. */
function askForOwnProcess(kernel: Kernel): OwnProcess {
  return {
    descriptors: openDescriptors(kernel),
    ignored: knownSignals.filter((number) => isIgnored(actionOf(kernel, number))),
  };
}

/** Makes exactly the descriptors of `passed` survive. */
function passDescriptors(
  kernel: Kernel,
  passed: readonly number[],
  { descriptors }: OwnProcess,
  undo: Undo[],
): void {
  for (const open of passed) setInherited(kernel, open, true, undo);
  for (const open of descriptors) {
    if (!passed.includes(open) && isOpen(kernel, open)) setInherited(kernel, open, false, undo);
  }
}

function setInherited(kernel: Kernel, open: number, inherited: boolean, undo: Undo[]): void {
  const before = kernel.call("fcntl", [open, C.F_GETFD, 0], { as: "execve" });
  const flags = inherited ? 0 : C.FD_CLOEXEC;
  if (before === flags) return;
  undo.push(() => kernel.call("fcntl", [open, C.F_SETFD, before]));
  kernel.call("fcntl", [open, C.F_SETFD, flags]);
}

/** How many descriptors poll(2) is asked about at once; no more than the limit of open files. */
const atOnce = 65536;

/** The open descriptors, as poll(2) tells them. */
function openDescriptors(kernel: Kernel): number[] {
  const { soft, hard } = openFileLimit(kernel);
  const count = Math.min(atOnce, Number(soft));
  const found: number[] = [];
  if (count === 0) return found;
  for (let first = 0; first < Number(hard); first += count) {
    // struct pollfd: the descriptor, then the events asked for and those that came, 16 bits each.
    const words = new Int32Array(count * 2);
    for (let i = 0; i < count; i++) words[i * 2] = first + i;
    kernel.call("poll", [new Uint8Array(words.buffer), count, 0]);
    for (let i = 0; i < count; i++) {
      if ((words[i * 2 + 1] ?? 0) >>> 16 !== C.POLLNVAL) found.push(first + i);
    }
  }
  return found;
}

/** Node makes pipes and terminals non-blocking, which programs do not expect of their streams. */
function blockOnStreams(kernel: Kernel, streams: readonly number[], undo: Undo[]): void {
  for (const stream of streams) {
    const flags = kernel.call("fcntl", [stream, C.F_GETFL, 0]);
    if ((flags & C.O_NONBLOCK) === 0) continue;
    undo.push(() => kernel.call("fcntl", [stream, C.F_SETFL, flags]));
    kernel.call("fcntl", [stream, C.F_SETFL, flags & ~C.O_NONBLOCK]);
  }
}

/** Only an ignored signal stays so in the next program: a handled one gets its default action. */
function resetSignals(kernel: Kernel, { ignored }: OwnProcess, undo: Undo[]): void {
  for (const number of ignored) {
    const before = actionOf(kernel, number);
    undo.push(() => kernel.call("sigaction", [number, before, null]));
    kernel.call("sigaction", [number, makeStructure(signalAction), null]);
  }
  const mask = signalSetOf([]);
  kernel.call("sigprocmask", [C.SIG_SETMASK, signalSetOf([]), mask]);
  undo.push(() => kernel.call("sigprocmask", [C.SIG_SETMASK, mask, null]));
}

function actionOf(kernel: Kernel, number: number): Uint8Array {
  const action = makeStructure(signalAction);
  kernel.call("sigaction", [number, null, action]);
  return action;
}

function isIgnored(action: Uint8Array): boolean {
  return readStructure(signalAction, action).handler === BigInt(C.SIG_IGN);
}

function openFileLimit(kernel: Kernel): { readonly soft: bigint; readonly hard: bigint } {
  const limit = makeStructure(resourceLimit);
  kernel.call("prlimit", [0, C.RLIMIT_NOFILE, null, limit]);
  return readStructure(resourceLimit, limit);
}

function setOpenFiles(kernel: Kernel, limit: Uint8Array, undo: Undo[]): void {
  const before = makeStructure(resourceLimit);
  kernel.call("prlimit", [0, C.RLIMIT_NOFILE, limit, before]);
  undo.push(() => restoreOpenFiles(kernel, readStructure(resourceLimit, before)));
}

/** Whoever lacks CAP_SYS_RESOURCE cannot raise the hard limit again: then the soft one, up to it. */
function restoreOpenFiles(kernel: Kernel, before: { soft: bigint; hard: bigint }): void {
  const { hard } = openFileLimit(kernel);
  try {
    const limit = makeStructure(resourceLimit, before);
    kernel.call("prlimit", [0, C.RLIMIT_NOFILE, limit, null]);
  } catch (error) {
    if (errorCode(error) !== "EPERM") throw error;
    const limit = makeStructure(resourceLimit, {
      soft: before.soft < hard ? before.soft : hard,
      hard,
    });
    kernel.call("prlimit", [0, C.RLIMIT_NOFILE, limit, null]);
  }
}
