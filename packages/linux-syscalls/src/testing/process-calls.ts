import { FileKind, RebootCommand, Signal } from "../constants.ts";
import type { ChildProcess, ExitStatus, Processes, SpawnRequest } from "../linux.ts";
import { checkExecutable } from "./file-calls.ts";
import { fileOf } from "./descriptor-calls.ts";
import { interpreterOf, isRunnable } from "./elf-file.ts";
import { type Ending, simulationEnded } from "./ending.ts";
import { type Inode, kindOf } from "./inode.ts";
import { type Kernel, walkerOf } from "./kernel.ts";
import { fail } from "./kernel-fault.ts";
import { pathOf, walk } from "./path-walk.ts";
import type { Program, RunningProgram } from "./program.ts";
import type { Terminal } from "./character-device.ts";

/** The programs that run, the signals that are handled, and who waits for orphans. */
export interface ProcessWorld {
  readonly kernel: Kernel;
  readonly children: Map<number, RunningChild>;
  readonly handlers: Map<number, Set<() => void>>;
  readonly reapers: Set<(pid: number, status: ExitStatus) => void>;
  /** What goes to the console. */
  readonly print: (content: Uint8Array) => void;
  /** Called once, when the boot program ends. */
  readonly end: (ending: Ending) => void;
  nextPid: number;
}

interface RunningChild {
  readonly kill: (signal: number) => void;
}

/** The calls of {@link Processes}. */
export function processCalls(world: ProcessWorld): Processes {
  const { kernel, handlers, reapers } = world;
  const { process } = kernel;
  return {
    getpid: () => process.pid,
    spawn: async (request) => spawn(world, request),
    execve: (path, argv, environment, options = {}) => {
      findProgram(kernel, path);
      const kept = new Set([0, 1, 2, ...(options.keep ?? [])]);
      const descriptors = [...process.descriptors].filter(([descriptor]) => kept.has(descriptor));
      return finish(world, {
        kind: "execve",
        path,
        argv: [...argv],
        environment: { ...environment },
        descriptors: Object.fromEntries(descriptors.map(([number, file]) => [number, file.path])),
        openFiles: options.openFiles,
        workingDirectory: pathOf(process.directory, process.root),
      });
    },
    kill: (pid, signal) => kill(world, pid, signal),
    sync: () => undefined,
    reboot: (command) => reboot(world, command),
    setsid: () => {
      if (process.session === process.pid) fail("EPERM");
      process.session = process.pid;
      process.terminal = undefined;
      return process.session;
    },
    setControllingTerminal: (descriptor) => {
      terminalOf(kernel, descriptor);
      const { inode } = fileOf(kernel, descriptor);
      if (process.session !== process.pid) fail("EPERM");
      if (process.terminal !== undefined && process.terminal.rdev !== inode.rdev) fail("EPERM");
      process.terminal = inode;
    },
    dropControllingTerminal: (descriptor) => {
      terminalOf(kernel, descriptor);
      if (process.terminal?.rdev !== fileOf(kernel, descriptor).inode.rdev) fail("ENOTTY");
      process.terminal = undefined;
    },
    terminalMode: (descriptor) => ({ ...terminalOf(kernel, descriptor).mode }),
    setTerminalMode: (descriptor, mode) => {
      const terminal = terminalOf(kernel, descriptor);
      terminal.mode = { ...terminal.mode, ...mode };
    },
    terminalSize: (descriptor) => {
      const { columns, rows } = terminalOf(kernel, descriptor);
      return { columns, rows };
    },
    reapOrphans: (onReaped = () => undefined) => {
      reapers.add(onReaped);
      return () => void reapers.delete(onReaped);
    },
    onSignal: (signal, handler) => {
      const cannotBeCaught = signal === Signal.Kill || signal === Signal.Stop;
      if (cannotBeCaught || signal < 1 || signal > 64) fail("EINVAL");
      const all = handlers.get(signal) ?? new Set();
      handlers.set(signal, all.add(handler));
      return () => void all.delete(handler);
    },
  };
}

function terminalOf(kernel: Kernel, descriptor: number): Terminal {
  const { inode } = fileOf(kernel, descriptor);
  if (kindOf(inode) !== FileKind.Character) fail("ENOTTY");
  return kernel.characters.get(inode.rdev)?.terminal ?? fail("ENOTTY");
}

function finish({ kernel, end }: ProcessWorld, ending: Ending): never {
  kernel.ending = ending;
  kernel.clock.stop();
  end(ending);
  throw simulationEnded(ending);
}

const switches: readonly number[] = [RebootCommand.CtrlAltDelOn, RebootCommand.CtrlAltDelOff];

function reboot(world: ProcessWorld, command: number): void {
  const unsigned = command >>> 0;
  if (switches.includes(unsigned)) return;
  if (!Object.values<number>(RebootCommand).includes(unsigned)) fail("EINVAL");
  finish(world, { kind: "reboot", command: unsigned });
}

function kill(world: ProcessWorld, pid: number, signal: number): void {
  if (signal < 0 || signal > 64) fail("EINVAL");
  if (pid === world.kernel.process.pid) return signal === 0 ? undefined : deliver(world, signal);
  if (pid === -1) return killAll(world, signal);
  const child = world.children.get(pid) ?? fail("ESRCH");
  if (signal !== 0) child.kill(signal);
}

/** Every process but the first one; ESRCH when there is none. */
function killAll({ children }: ProcessWorld, signal: number): void {
  if (children.size === 0) fail("ESRCH");
  if (signal !== 0) for (const child of children.values()) child.kill(signal);
}

/** Runs the handlers of a signal; one without a handler does nothing to PID 1. */
export function deliver({ handlers, kernel }: ProcessWorld, signal: number): void {
  kernel.clock.touch();
  for (const handler of handlers.get(signal) ?? []) handler();
}

/** The file at `path`, when it can be executed, with what runs it. */
function findProgram(kernel: Kernel, path: string): Inode {
  const { mount, dentry } = walk(walkerOf(kernel), path);
  const { inode } = dentry;
  if (kindOf(inode) !== FileKind.Regular) fail("EACCES");
  checkExecutable(mount.flags, inode.mode);
  if (!isRunnable(inode.content)) fail("ENOEXEC");
  const interpreter = interpreterOf(inode.content);
  if (interpreter !== undefined) walk(walkerOf(kernel), interpreter);
  return inode;
}

function spawn(world: ProcessWorld, request: SpawnRequest): ChildProcess {
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
