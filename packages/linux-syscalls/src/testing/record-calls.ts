import type { BlockDevice, Linux } from "../linux.ts";
import { SyscallError } from "../syscall-error.ts";
import { type CallName, type Calls, callTable } from "./call-table.ts";
import { type CallRow } from "./call-row.ts";
import { type Failure, failureFinder } from "./failure.ts";
import type { Kernel } from "./kernel.ts";
import { KernelFault } from "./kernel-fault.ts";
import { type Ending, simulationEnded } from "./ending.ts";

/** One call that was made. */
export interface CallRecord {
  /** Its number among all calls, from 0 on. */
  readonly index: number;
  readonly call: CallName;
  /** The call as text, without its outcome. */
  readonly text: string;
  /** Whether it changes the machine, or was to. */
  readonly changes: boolean;
  /** Simulated milliseconds since the machine started. */
  readonly at: number;
  /** The error that it gave. */
  error?: string;
}

/** Calls of which so many are made, and that tell so little, that they are not recorded. */
const unrecorded: ReadonlySet<CallName> = new Set(["now", "realTime", "getpid"]);

/** How {@link recordCalls} treats calls. */
export interface RecordOptions {
  readonly failures: readonly Failure[];
  /** Receives a record of each call. */
  readonly records: CallRecord[];
  /** Whether calls go on to work when the boot program has ended. */
  readonly outlives?: boolean;
}

/**
 * The simulated `Linux`: each call is recorded, fails when it is to, and gives its errors as
 * `SyscallError`.
 */
export function recordCalls(
  kernel: Kernel,
  calls: Calls,
  { failures, records, outlives = false }: RecordOptions,
): Linux {
  const findFailure = failureFinder(failures);
  // One wrapper serves methods of every shape; the table's type has checked each row against its method.
  /* eslint-disable typescript/no-unsafe-type-assertion */
  const names = Object.keys(callTable) as readonly CallName[];
  const recorded = Object.fromEntries(names.map((name) => [name, wrap(name)])) as unknown as Calls;
  return { ...recorded, openBlockDevice };

  async function openBlockDevice(path: string): Promise<BlockDevice> {
    const device = await recorded.openBlockDevice(path);
    const read: BlockDevice["read"] = (...part) => recorded.readBlockDevice(path, device, ...part);
    return { ...device, read };
  }

  function wrap(call: CallName): (...args: readonly unknown[]) => unknown {
    const row = callTable[call] as unknown as CallRow;
    const method = calls[call] as (...args: readonly unknown[]) => unknown;
    /* eslint-enable typescript/no-unsafe-type-assertion */
    return (...args) => {
      if (unrecorded.has(call)) return method(...args);
      if (kernel.ending !== undefined && !outlives) return refuseAfter(kernel.ending, call);
      kernel.clock.touch();
      return settle(row, args, record(call, row, args), method);
    };
  }

  function record(call: CallName, row: CallRow, args: readonly unknown[]): CallRecord {
    const words = row.words((descriptor) => describe(kernel, descriptor), ...args);
    const text = [row.label ?? row.syscall, ...words].join(" ");
    const changes = typeof row.changes === "boolean" ? row.changes : row.changes(...args);
    const made: CallRecord = { index: records.length, call, text, changes, at: kernel.clock.now() };
    records.push(made);
    const error = findFailure({ index: made.index, call, words });
    if (error !== undefined) made.error = error;
    return made;
  }
}

/** Makes the call, unless it is to fail; a fault of the kernel becomes the error that is promised. */
function settle(
  row: CallRow,
  args: readonly unknown[],
  made: CallRecord,
  method: (...args: readonly unknown[]) => unknown,
): unknown {
  try {
    if (made.error !== undefined) throw new KernelFault(made.error);
    const result = method(...args);
    return result instanceof Promise ? result.catch(refuse) : result;
  } catch (error) {
    return isAsynchronous.has(made.call)
      ? Promise.resolve().then(() => refuse(error))
      : refuse(error);
  }

  function refuse(error: unknown): never {
    if (!(error instanceof KernelFault)) throw error;
    made.error = error.fault;
    const [path, dest] = row.objects?.(...args) ?? [];
    const syscall = error.syscall ?? row.syscall;
    throw new SyscallError({ error: error.fault, syscall, path, dest });
  }
}

/** Nothing is done by a program that is no more. */
function refuseAfter(ending: Ending, call: CallName): Promise<never> {
  const ended = simulationEnded(ending);
  if (isAsynchronous.has(call)) return Promise.reject(ended);
  throw ended;
}

const isAsynchronous: ReadonlySet<CallName> = new Set([
  "finitModule",
  "initModule",
  "openBlockDevice",
  "readBlockDevice",
  "spawn",
  "sleep",
]);

/** A descriptor as the path that it was opened by. */
function describe({ process }: Kernel, descriptor: number): string {
  const file = process.descriptors.get(descriptor);
  return file === undefined ? `<${descriptor}>` : `<${file.path}>`;
}

/** A call as text, with the error that it gave: `umount2 /mnt 0 = EBUSY`. */
export function formatCall({ text, error }: CallRecord): string {
  return error === undefined ? text : `${text} = ${error}`;
}
