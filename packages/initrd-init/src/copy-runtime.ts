import type { Linux } from "@earlyboot/linux-syscalls";
import { makeDirectory } from "./make-directory.ts";

/** Where an image holds the packages that a boot program in the new root can import. */
export const imageRuntime = "/lib/earlyboot/runtime";

/** Where they are after the switch: in a tmpfs, which moves along. */
export const newRootRuntime = "/run/earlyboot/runtime";

/** The native addon, for a boot program that opens a `Linux` of its own. */
export const newRootAddon = "/run/earlyboot/runtime/ffi-rs.node";

/** The part of Linux that copying the packages needs. */
export type CopyLinux = Pick<Linux, "readDirectory" | "readFile" | "writeFile" | "mkdir">;

/**
 * Copies earlyboot's packages from the image to where they outlive it, so that a boot program in the new
 * root can import them.
 */
export function copyRuntime(linux: CopyLinux): void {
  copyDirectory(linux, imageRuntime, newRootRuntime);
  linux.writeFile(newRootAddon, linux.readFile("/lib/earlyboot/ffi-rs.node"), { mode: 0o644 });
}

function copyDirectory(linux: CopyLinux, from: string, to: string): void {
  makeDirectory(linux, to);
  for (const { name, kind } of linux.readDirectory(from)) {
    const [source, target] = [`${from}/${name}`, `${to}/${name}`];
    if (kind === "directory") copyDirectory(linux, source, target);
    else linux.writeFile(target, linux.readFile(source), { mode: 0o644 });
  }
}
