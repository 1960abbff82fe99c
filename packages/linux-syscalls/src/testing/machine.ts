import { addBlockDevice } from "./block-devices.ts";
import { simulateClock } from "./clock.ts";
import { simulateConsole } from "./console.ts";
import { fillDevices } from "./device-nodes.ts";
import type { Ending } from "./ending.ts";
import { addHardware } from "./hardware.ts";
import type { Kernel } from "./kernel.ts";
import { makeKernel } from "./make-kernel.ts";
import { type ModuleWorld, startModule } from "./module-calls.ts";
import { type NetworkState, addInterface } from "./network-calls.ts";
import { mountEssentials, openConsole, plant } from "./populate.ts";
import { fillProc } from "./proc.ts";
import type { ProcessWorld } from "./process-world.ts";
import type { CallRecord } from "./record-calls.ts";
import { registerTypes } from "./register-types.ts";
import type { SimulationOptions } from "./simulation-options.ts";
import { fillSysfs } from "./sysfs.ts";
import { simulateUevents } from "./uevents.ts";

/** Everything that a simulated machine consists of. */
export interface Machine {
  readonly kernel: Kernel;
  readonly world: ModuleWorld;
  readonly processes: ProcessWorld;
  readonly network: NetworkState;
  readonly records: CallRecord[];
  readonly log: string[];
  readonly printed: number[];
  readonly ended: Promise<Ending>;
  readonly type: (text: string) => void;
}

/** Builds the machine that the options describe. */
export function assemble(options: SimulationOptions): Machine {
  const { now = 1000, realTime = Date.UTC(2024, 0, 1), memory = 2 ** 30 } = options;
  const clock = simulateClock(now, realTime);
  const kernel = makeKernel(clock, options, memory);
  const { proc, sysfs, devtmpfs } = registerTypes(kernel, options, memory);
  const world: ModuleWorld = {
    kernel,
    sysfs,
    devtmpfs,
    uevents: simulateUevents(clock, options.ueventCapacity ?? 1000),
    present: new Map(),
    descriptions: new Map((options.modules ?? []).map((module) => [module.name, module])),
    loaded: new Map(),
    release: options.release ?? "6.12.0-simulated",
    decompresses: options.moduleCompression !== undefined,
  };
  const console = simulateConsole(clock, options.console ?? {});
  const log: string[] = [];
  fillDevices(kernel, devtmpfs, console.device, log);
  fillSysfs(sysfs, world.uevents, options);
  fillProc(kernel, proc, {
    commandLine: options.commandLine ?? "",
    release: world.release,
    memory,
    consoles: "ttyS0                -W- (EC p  )    4:64\n",
    modules: () => [...world.loaded.values()],
  });
  const network: NetworkState = { interfaces: new Map(), routes: [] };
  addInterface(world, network, "lo", { kind: "loopback" });
  for (const [name, description] of Object.entries(options.interfaces ?? {})) {
    addInterface(world, network, name, description);
  }
  for (const device of options.hardware ?? []) addHardware(world, device);
  for (const device of options.devices ?? []) addBlockDevice(world, device);
  for (const module of options.modules ?? [])
    if (module.loaded === true) startModule(world, module);
  plant(kernel, options, { proc, sysfs, devtmpfs });
  if (options.start !== "bare") mountEssentials(kernel, { proc, sysfs, devtmpfs });
  openConsole(kernel);

  const { promise: ended, resolve: end } = Promise.withResolvers<Ending>();
  const processes: ProcessWorld = {
    kernel,
    children: new Map(),
    handlers: new Map(),
    reapers: new Set(),
    print: console.print,
    end,
    nextPid: kernel.process.pid + 100,
  };
  const { printed, type } = console;
  return { kernel, world, processes, network, records: [], log, printed, ended, type };
}
