import { FileKind, RebootCommand, Signal } from "../constants.ts";
import type { Processes } from "../linux.ts";
import type { Terminal } from "./character-device.ts";
import { fileOf } from "./descriptor-calls.ts";
import { type Ending, simulationEnded } from "./ending.ts";
import { kindOf } from "./inode.ts";
import { fail } from "./kernel-fault.ts";
import type { Kernel } from "./kernel.ts";
import { pathOf } from "./path-walk.ts";
import type { ProcessWorld } from "./process-world.ts";
import { findProgram, spawn } from "./programs.ts";

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
        closedLater: (options.closeLater ?? []).map(
          (descriptor) => fileOf(kernel, descriptor).path,
        ),
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
    pendingOutput: (descriptor) => {
      terminalOf(kernel, descriptor);
      return 0;
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
