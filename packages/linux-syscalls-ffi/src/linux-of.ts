import type { Linux } from "@earlyboot/linux-syscalls";

import type { Backend } from "./backend.ts";
import { descriptorCalls } from "./descriptors.ts";
import { deviceCalls } from "./devices.ts";
import { fileCalls } from "./files.ts";
import { kernelOf } from "./kernel.ts";
import { moduleCalls } from "./modules.ts";
import { mountCalls } from "./mounts.ts";
import { networkCalls } from "./network.ts";
import { processCalls } from "./processes.ts";
import { timeCalls } from "./time.ts";

/** The running kernel as `backend` reaches it. */
export function linuxOf(backend: Backend): Linux {
  const kernel = kernelOf(backend);
  return {
    ...mountCalls(kernel),
    ...fileCalls(kernel),
    ...descriptorCalls(kernel),
    ...moduleCalls(kernel),
    ...deviceCalls(kernel),
    ...networkCalls(kernel),
    ...processCalls(kernel),
    ...timeCalls(kernel),
  };
}
