import type { Linux } from "@earlyboot/linux-syscalls";

import { findAddon } from "./addon-path.ts";
import { fields, text, word } from "./arguments.ts";
import type { Backend } from "./backend.ts";
import { openFfiRs } from "./backends/ffi-rs.ts";
import { openNodeFfi } from "./backends/node-ffi.ts";
import { linuxOf } from "./linux-of.ts";

/** How {@link openLinux} reaches the kernel. */
export interface OpenLinuxOptions {
  /** The absolute path of ffi-rs's `.node` file; default: see {@link openLinux}. */
  readonly addon?: string;
  /** What calls the C library: `ffi-rs` (default), or Node's own `node:ffi`, from Node 26 on. */
  readonly backend?: "ffi-rs" | "node:ffi";
}

/**
 * Opens the running kernel as a `Linux`.
 *
 * The `.node` file of ffi-rs is taken from beside the running bundle or script, where an image has
 * it, or else from the optional dependency that npm installs for this kind of machine.
 */
export function openLinux(options: OpenLinuxOptions = {}): Linux {
  widenThreadPool();
  return linuxOf(openBackend(options));
}

function openBackend(options: OpenLinuxOptions): Backend {
  const { addon, backend } = fields("openLinux", "options", options);
  const file = addon === undefined ? undefined : text("openLinux", "addon", addon);
  const choice = word("openLinux", "backend", backend ?? "ffi-rs", ["ffi-rs", "node:ffi"]);
  return choice === "ffi-rs" ? openFfiRs(file ?? findAddon()) : openNodeFfi();
}

/**
 * Node's pool has four threads unless its environment says otherwise before its first use. Loading
 * modules takes a thread for each, and reads of disks must go on meanwhile.
 */
function widenThreadPool(): void {
  process.env["UV_THREADPOOL_SIZE"] ??= "16";
}
