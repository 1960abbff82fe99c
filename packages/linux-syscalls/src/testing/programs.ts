import type { ProcessWorld } from "./process-world.ts";
import { FileKind, Signal } from "../constants.ts";
import type { ChildProcess, ExitStatus, SpawnRequest } from "../linux.ts";
import { checkExecutable } from "./access.ts";
import { interpreterOf, isRunnable } from "./elf-file.ts";
import { type Inode, kindOf } from "./inode.ts";
import { fail } from "./kernel-fault.ts";
import { type Kernel, walkerOf } from "./kernel.ts";
import { walk } from "./path-walk.ts";
import type { Program, RunningProgram } from "./program.ts";

/** The file at `path`, when it can be executed, with what runs it. */
export function findProgram(kernel: Kernel, path: string): Inode {
  const { mount, dentry } = walk(walkerOf(kernel), path);
  const { inode } = dentry;
  if (kindOf(inode) !== FileKind.Regular) fail("EACCES");
  checkExecutable(mount.flags, inode.mode);
  if (!isRunnable(inode.content)) fail("ENOEXEC");
  const interpreter = interpreterOf(inode.content);
  if (interpreter !== undefined) walk(walkerOf(kernel), interpreter);
  return inode;
}

/** Starts a program, as posix_spawn(3) does. */
export function spawn(world: ProcessWorld, request: SpawnRequest): ChildProcess {
  const { kernel } = world;
  const { workingDirectory } = request;
  if (workingDirectory !== undefined) walk(walkerOf(kernel), `${workingDirectory}/`);
  const { program = {} } = findProgram(kernel, request.path);
  const pid = world.nextPid++;
  const killer = new AbortController();
  const exited = run(world, program, describeRun(world, request, pid, killer.signal));
  world.children.set(pid, { kill: (signal) => deliverTo(killer, signal) });
  void forget(world, pid, exited);
  return { pid, exited, kill: (signal) => world.children.get(pid)?.kill(signal) };
}

async function forget(
  { children }: ProcessWorld,
  pid: number,
  exited: Promise<ExitStatus>,
): Promise<void> {
  await exited;
  children.delete(pid);
}

/** Signals that do not end a program by default. */
const harmless: readonly number[] = [Signal.Child, Signal.Continue, Signal.Stop];

function deliverTo(killer: AbortController, signal: number): void {
  if (!harmless.includes(signal)) killer.abort(signal);
}

function describeRun(
  { kernel: { clock }, print }: ProcessWorld,
  request: SpawnRequest,
  pid: number,
  killed: AbortSignal,
): RunningProgram {
  const { path, argv0 = path, onOutput, onProgress, streams } = request;
  const write = (stream: "stdout" | "stderr") => (content: string | Uint8Array) => {
    clock.touch();
    if (onOutput !== undefined) onOutput(bytesOf(content), stream);
    else if (streams !== "null") print(bytesOf(content));
  };
  return {
    pid,
    path,
    argv: [argv0, ...(request.arguments ?? [])],
    environment: request.environment ?? {},
    killed,
    writeOutput: write("stdout"),
    writeError: write("stderr"),
    writeProgress: (content) => {
      clock.touch();
      onProgress?.(bytesOf(content));
    },
    sleep: (milliseconds) =>
      clock.wait<void>((done) => clock.schedule(clock.now() + milliseconds, done), killed),
  };
}

function bytesOf(content: string | Uint8Array): Uint8Array {
  return typeof content === "string" ? new TextEncoder().encode(content) : content;
}

/** Runs a program until it ends or is killed. */
function run(
  { kernel: { clock } }: ProcessWorld,
  program: Program,
  running: RunningProgram,
): Promise<ExitStatus> {
  return new Promise((resolve) => {
    const end = (status: ExitStatus): void => {
      clock.touch();
      resolve(status);
    };
    running.killed.addEventListener("abort", () =>
      end({ kind: "signalled", signal: Number(running.killed.reason) }),
    );
    void follow(program, running, end);
  });
}

/** A program's work; one that throws dies as by SIGABRT. */
async function follow(
  program: Program,
  running: RunningProgram,
  end: (status: ExitStatus) => void,
): Promise<void> {
  try {
    await Promise.resolve();
    end(
      typeof program === "function" ? await call(program, running) : await play(program, running),
    );
  } catch {
    end({ kind: "signalled", signal: abortSignal });
  }
}

const abortSignal = 6;

async function call(
  program: Extract<Program, (...args: never) => unknown>,
  running: RunningProgram,
): Promise<ExitStatus> {
  const result = await program(running);
  return typeof result === "object" ? result : { kind: "exited", status: (result ?? 0) & 0xff };
}

async function play(
  program: Exclude<Program, (...args: never) => unknown>,
  running: RunningProgram,
): Promise<ExitStatus> {
  const { status = 0, signal, output, errorOutput, progress, takes = 0 } = program;
  if (output !== undefined) running.writeOutput(output);
  if (errorOutput !== undefined) running.writeError(errorOutput);
  if (progress !== undefined) running.writeProgress(progress);
  if (takes === Infinity) await new Promise(() => undefined);
  if (takes > 0) await running.sleep(takes);
  return signal === undefined ? { kind: "exited", status } : { kind: "signalled", signal };
}
