import type { ExitStatus, Linux, RouteRequest } from "../linux.ts";
import type { BlockChange, BlockDeviceDescription } from "./block-device-description.ts";
import { addBlockDevice, changeBlockDevice, removeBlockDevice } from "./block-devices.ts";
import type { Calls } from "./call-table.ts";
import { descriptorCalls } from "./descriptor-calls.ts";
import { deviceCalls } from "./device-calls.ts";
import type { Ending } from "./ending.ts";
import { fileCalls } from "./file-calls.ts";
import { addHardware } from "./hardware.ts";
import type { Kernel } from "./kernel.ts";
import { type Machine, assemble } from "./machine.ts";
import { moduleCalls } from "./module-calls.ts";
import { mountCalls } from "./mount-calls.ts";
import { allOptions } from "./mount-flags.ts";
import type { Mount } from "./mount-tree.ts";
import { networkCalls } from "./network-calls.ts";
import { pathOf } from "./path-walk.ts";
import { visibleMounts } from "./proc.ts";
import { deliver, processCalls } from "./process-calls.ts";
import { type CallRecord, formatCall, recordCalls } from "./record-calls.ts";
import type { SimulationOptions } from "./simulation-options.ts";
import type { SysfsDevice } from "./sysfs-devices.ts";
import { timeCalls } from "./time-calls.ts";

/** A mount of a simulated machine. */
export interface MountSummary {
  readonly source: string;
  /** Seen from the process's root. */
  readonly target: string;
  readonly type: string;
  /** As `/proc/mounts` shows them: `ro,relatime`. */
  readonly options: string;
}

/** A simulated machine: a {@link Linux}, what was done to it, and the means to go on changing it. */
export interface SimulatedLinux extends Linux {
  /**
   * Every call that changes the machine, or was to, written as strace(1) would:
   * `mount /dev/vda1 /root ext4 1`. Absent arguments are `-`, a call that failed ends in ` = EBUSY`,
   * a descriptor is the path that it was opened by, in `<>`.
   */
  readonly calls: readonly string[];
  /** Every call, those that only look too, but for questions about the time. */
  readonly trace: readonly CallRecord[];
  /**
   * The same machine for the test itself: its calls are in no record, are not made to fail, and work
   * when the boot program has ended, too.
   */
  readonly inspect: Linux;
  /** Settles when the boot program has become another, or has stopped the machine. */
  readonly ended: Promise<Ending>;
  /**
   * Settles when code waits for something that cannot come any more: no event is left. Only for tests
   * that look for such a wait; code that does not wait for the simulation alone could still go on.
   */
  readonly stuck: Promise<void>;
  /** What the process sees mounted, in the order of `/proc/mounts`. */
  readonly mounts: readonly MountSummary[];
  /** What was written to the console. */
  readonly consoleOutput: string;
  /** What was written to `/dev/kmsg`, one record each. */
  readonly kernelLog: readonly string[];
  /** The routes that were added. */
  readonly routes: readonly RouteRequest[];
  /** The names of the modules that are live, in the order of their loading. */
  readonly modules: readonly string[];
  /** An interface's address and netmask, once they are set. */
  interfaceAddress(name: string): { readonly address?: string; readonly netmask?: string };
  /** Makes a block device appear now. */
  addDevice(device: BlockDeviceDescription): void;
  /** Changes a block device now: what is on it, or its partitions. */
  changeDevice(name: string, change: Omit<BlockChange, "at">): void;
  /** Makes a block device vanish now. */
  removeDevice(name: string): void;
  /** Adds a device of any kind to sysfs, and announces it. */
  addHardware(device: SysfsDevice): void;
  /** Makes every subscriber of uevents lose what it has not fetched. */
  overflowUevents(): void;
  /** Does something at a simulated time, in milliseconds since the machine started. */
  at(milliseconds: number, action: () => void): void;
  /**
   * Keeps simulated time from passing while `work` is under way that the simulation knows nothing of,
   * such as reading a real file.
   */
  hold<T>(work: Promise<T>): Promise<T>;
  /** Makes the time of day jump. */
  setRealTime(milliseconds: number): void;
  /** Types text on the console. */
  type(text: string): void;
  /** Sends a signal to the process. */
  signal(signal: number): void;
  /** Hands the end of an orphan to whoever reaps. */
  endOrphan(pid: number, status: ExitStatus): void;
}

/** A simulated machine on which no real effect happens. */
export function simulateLinux(options: SimulationOptions = {}): SimulatedLinux {
  const machine = assemble(options);
  const { kernel, records, world, processes, network, log } = machine;
  const calls = callsOf(machine);
  const linux = recordCalls(kernel, calls, { failures: options.failures ?? [], records });
  return {
    ...linux,
    inspect: recordCalls(kernel, calls, { failures: [], records: [], outlives: true }),
    trace: records,
    ended: machine.ended,
    stuck: new Promise((resolve) => {
      kernel.clock.onStuck(resolve);
    }),
    routes: network.routes,
    kernelLog: log,
    get calls() {
      return records.filter(({ changes }) => changes).map(formatCall);
    },
    get mounts() {
      return visibleMounts(kernel).map((mount) => summarise(kernel, mount));
    },
    get consoleOutput() {
      return new TextDecoder().decode(Uint8Array.from(machine.printed));
    },
    get modules() {
      const live = [...world.loaded.values()].filter(({ state }) => state === "live");
      return live.map(({ name }) => name);
    },
    interfaceAddress: (name) => {
      const { address, netmask } = network.interfaces.get(name) ?? {};
      return {
        ...(address === undefined ? {} : { address }),
        ...(netmask === undefined ? {} : { netmask }),
      };
    },
    addDevice: (device) => addBlockDevice(world, device),
    changeDevice: (name, change) => changeBlockDevice(world, name, change),
    removeDevice: (name) => removeBlockDevice(world, name),
    addHardware: (device) => addHardware(world, device),
    overflowUevents: () => world.uevents.overflow(),
    at: (milliseconds, action) => void kernel.clock.schedule(milliseconds, action),
    hold: (work) => kernel.clock.hold(work),
    setRealTime: (milliseconds) => kernel.clock.setRealTime(milliseconds),
    type: machine.type,
    signal: (signal) => deliver(processes, signal),
    endOrphan: (pid, status) => {
      for (const reaper of processes.reapers) reaper(pid, status);
    },
  };
}

function summarise({ process }: Kernel, mount: Mount): MountSummary {
  const { source, superBlock, root } = mount;
  const target = pathOf({ mount, dentry: root }, process.root);
  return { source, target, type: superBlock.type.name, options: allOptions(mount) };
}

function callsOf({ kernel, world, processes, network }: Machine): Calls {
  return {
    ...mountCalls(kernel),
    ...fileCalls(kernel),
    ...descriptorCalls(kernel),
    ...moduleCalls(world),
    ...deviceCalls(world),
    readBlockDevice: (_, device, offset, length) => device.read(offset, length),
    ...networkCalls(network),
    ...processCalls(processes),
    ...timeCalls(kernel.clock),
  };
}
