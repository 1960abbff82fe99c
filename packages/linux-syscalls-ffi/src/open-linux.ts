import type { Linux } from "@earlyboot/linux-syscalls";

import { findAddon } from "./addon-path.ts";
import { fields, text } from "./arguments.ts";
import { openFfiRs } from "./backends/ffi-rs.ts";
import { descriptorCalls } from "./descriptors.ts";
import { deviceCalls } from "./devices.ts";
import { fileCalls } from "./files.ts";
import { kernelOf } from "./kernel.ts";
import { moduleCalls } from "./modules.ts";
import { mountCalls } from "./mounts.ts";
import { networkCalls } from "./network.ts";
import { processCalls } from "./processes.ts";
import { timeCalls } from "./time.ts";

/** How {@link openLinux} reaches the kernel. */
export interface OpenLinuxOptions {
  /** The absolute path of ffi-rs's `.node` file; default: see {@link openLinux}. */
  readonly addon?: string;
}

/**
 * Opens the running kernel as a `Linux`.
 *
 * The `.node` file of ffi-rs is taken from beside the running bundle or script, where an image has
 * it, or else from the optional dependency that npm installs for this kind of machine.
 */
export function openLinux(options: OpenLinuxOptions = {}): Linux {
  const { addon } = fields("openLinux", "options", options);
  const file = addon === undefined ? findAddon() : text("openLinux", "addon", addon);
  const kernel = kernelOf(openFfiRs(file));
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
