import { cpSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { testKernel } from "./boot-environment.ts";
import { scratchFile } from "./boot-guest.ts";
import { run } from "./make-disks.ts";

/** What a guest with a root on virtio may need. */
const directories = ["arch", "block", "crypto", "drivers/block", "drivers/virtio", "fs", "lib"];

/**
 * Copies those of a kernel's modules that a guest may need, with tables of their own, and changes them by lines of
 * sh(1) that are run beside the tables.
 *
 * @returns The directory of the copy.
 */
export function changeModules(commands: string): string {
  const kernel = testKernel();
  const base = scratchFile("changed-modules");
  const copy = join(base, "lib/modules", kernel?.version ?? "");
  for (const path of [...directories.map((each) => `kernel/${each}`), ...tables]) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    cpSync(join(kernel?.modules ?? "", path), join(copy, path), { recursive: true });
  }
  run("depmod", ["-b", base, kernel?.version ?? ""]);
  run("sh", ["-ec", `cd '${copy}'; ${commands}`]);
  return copy;
}

/** What depmod(8) starts from. */
const tables = ["modules.builtin", "modules.builtin.modinfo", "modules.order"];
