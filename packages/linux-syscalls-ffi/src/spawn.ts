import {
  type ChildProcess,
  type SpawnRequest,
  SyscallError,
  errorCode,
} from "@earlyboot/linux-syscalls";
import { closeSync, constants, openSync } from "node:fs";

import { callback, fields, flag, integer, list, path, word } from "./arguments.ts";
import { C } from "./c-constants.ts";
import type { Children } from "./children.ts";
import { argument, environmentWords } from "./environment.ts";
import type { Kernel } from "./kernel.ts";
import { spawnAttributes, spawnFileActions } from "./layouts.ts";
import { nodeCall } from "./node-call.ts";
import { withPinned } from "./pinned.ts";
import { type Pipe, openPipe } from "./pipe.ts";
import { allSignals, signalSetOf } from "./signal-sets.ts";
import { stringArray } from "./string-array.ts";
import { makeStructure } from "./structure.ts";

/** A checked {@link SpawnRequest}. */
interface Program {
  readonly path: string;
  readonly words: readonly string[];
  readonly environment: readonly string[];
  readonly workingDirectory: string | undefined;
  readonly streams: "inherit" | "null";
  readonly onOutput: SpawnRequest["onOutput"];
  readonly onProgress: SpawnRequest["onProgress"];
  readonly newSession: boolean;
}

/**
 * Starts a program by posix_spawn(3): unlike Node's own child_process it does not give a file of
 * unknown format to a shell, and it copies no memory. The program's signals have their default
 * actions, none is blocked.
 */
export async function spawn(
  kernel: Kernel,
  children: Children,
  request: SpawnRequest,
): Promise<ChildProcess> {
  const program = checkRequest(request);
  const streams = openStreams(kernel, program);
  try {
    const { pid, exited } = children.follow(() => start(kernel, program, streams));
    const output = streams.pipes.map(async (pipe) => pipe.readToEnd(exited));
    return {
      pid,
      exited: Promise.all([exited, ...output]).then(([status]) => status),
      kill: (signal) => sendSignal(kernel, children, pid, signal),
    };
  } catch (error) {
    for (const pipe of streams.pipes) pipe.discard();
    throw error;
  } finally {
    for (const open of streams.toClose) closeSync(open);
  }
}

function checkRequest(request: SpawnRequest): Program {
  const given = fields("execve", "request", request);
  const { environment = {}, streams, newSession, workingDirectory: directory } = given;
  const file = path("execve", "path", given.path);
  const { argv0 = file, arguments: rest = [], onOutput, onProgress } = given;
  const name = argument("execve", "argv0", argv0);
  return {
    path: file,
    words: [name, ...list("execve", "arguments", rest, argument)],
    environment: environmentWords("execve", environment),
    workingDirectory:
      directory === undefined ? undefined : path("chdir", "workingDirectory", directory),
    streams: word("execve", "streams", streams ?? "inherit", ["inherit", "null"]),
    onOutput: onOutput === undefined ? onOutput : callback("execve", "onOutput", onOutput),
    onProgress:
      onProgress === undefined ? onProgress : callback("execve", "onProgress", onProgress),
    newSession: flag("execve", "newSession", newSession, false),
  };
}

/** What the program gets as its descriptors, and what this process keeps of it. */
interface Streams {
  /** Pairs of a descriptor here and its number in the program. */
  readonly given: readonly (readonly [here: number, there: number])[];
  /** What is not needed here once the program runs. */
  readonly toClose: readonly number[];
  readonly pipes: readonly Pipe[];
}

function openStreams(kernel: Kernel, program: Program): Streams {
  const { onOutput, onProgress, streams } = program;
  const given: [number, number][] = [];
  const toClose: number[] = [];
  const pipes: Pipe[] = [];

  function give(here: number, there: number): void {
    given.push([here, there]);
    if (here > 2) toClose.push(here);
  }

  function givePipe(there: number, name: string, receive: (chunk: Uint8Array) => void): void {
    const pipe = openPipe(kernel, name, receive);
    pipes.push(pipe);
    give(pipe.writeEnd, there);
  }

  try {
    if (onOutput === undefined && streams === "inherit") {
      for (const stream of [0, 1, 2]) give(stream, stream);
    } else {
      give(openNull(), 0);
    }
    if (onOutput !== undefined) {
      givePipe(1, "onOutput", (chunk) => onOutput(chunk, "stdout"));
      givePipe(2, "onOutput", (chunk) => onOutput(chunk, "stderr"));
    } else if (streams === "null") {
      give(openNull(), 1);
      give(openNull(), 2);
    }
    if (onProgress !== undefined) givePipe(3, "onProgress", onProgress);
    return { given, toClose, pipes };
  } catch (error) {
    for (const pipe of pipes) pipe.discard();
    for (const open of toClose) closeSync(open);
    throw error;
  }
}

function openNull(): number {
  const where = "/dev/null";
  return nodeCall("open", { path: where }, () => openSync(where, constants.O_RDWR));
}

/** Calls posix_spawn(3), which answers with the error number instead of -1. */
function start(kernel: Kernel, program: Program, streams: Streams): number {
  const directory = openDirectory(program.workingDirectory);
  const actions = makeStructure(spawnFileActions);
  kernel.call("posix_spawn_file_actions_init", [actions]);
  try {
    for (const [here, there] of streams.given) {
      kernel.call("posix_spawn_file_actions_adddup2", [actions, here, there]);
    }
    if (directory !== undefined) {
      kernel.call("posix_spawn_file_actions_addfchdir_np", [actions, directory]);
    }
    return run(kernel, program, actions);
  } finally {
    kernel.call("posix_spawn_file_actions_destroy", [actions]);
    if (directory !== undefined) closeSync(directory);
  }
}

/** By descriptor, so that a missing directory is not mistaken for a missing program. */
function openDirectory(where: string | undefined): number | undefined {
  if (where === undefined) return undefined;
  const flags = constants.O_DIRECTORY | C.O_PATH;
  return nodeCall("chdir", { path: where }, () => openSync(where, flags));
}

function run(kernel: Kernel, program: Program, actions: Uint8Array): number {
  const pid = new Int32Array(2);
  const argv = stringArray(kernel, program.words);
  const environment = stringArray(kernel, program.environment);
  const attributes = attributesFor(kernel, program.newSession);
  const errno = withPinned([argv.memory, environment.memory], () =>
    kernel.call("posix_spawn", [
      new Uint8Array(pid.buffer),
      program.path,
      actions,
      attributes,
      argv.address,
      environment.address,
    ]),
  );
  if (errno === 0) return pid[0] ?? 0;
  throw new SyscallError({ error: errno, syscall: "execve", path: program.path });
}

function attributesFor(kernel: Kernel, newSession: boolean): Uint8Array {
  const attributes = makeStructure(spawnAttributes);
  const session = newSession ? C.POSIX_SPAWN_SETSID : 0;
  const flags = C.POSIX_SPAWN_SETSIGDEF | C.POSIX_SPAWN_SETSIGMASK | session;
  kernel.call("posix_spawnattr_init", [attributes]);
  kernel.call("posix_spawnattr_setflags", [attributes, flags]);
  kernel.call("posix_spawnattr_setsigdefault", [attributes, signalSetOf(allSignals)]);
  kernel.call("posix_spawnattr_setsigmask", [attributes, signalSetOf([])]);
  return attributes;
}

/** kill(2), unless the process has ended: its number may be another's by then. */
function sendSignal(kernel: Kernel, children: Children, pid: number, signal: number): void {
  const number = integer("kill", "signal", signal, 0, 64);
  if (!children.has(pid)) return;
  try {
    kernel.call("kill", [pid, number]);
  } catch (error) {
    if (errorCode(error) !== "ESRCH") throw error;
  }
}
