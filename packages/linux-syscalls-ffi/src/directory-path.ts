import { fstatSync, statSync } from "node:fs";

import type { Kernel } from "./kernel.ts";

/** Paths of directories that are open, for Node's functions, which take no descriptors. */
export interface DirectoryPaths {
  /** A path that leads to the directory `descriptor` has open; `undefined` where `/proc` knows none. */
  of(descriptor: number): string | undefined;
  /** Forgets a descriptor: its number may be another file's soon. */
  forget(descriptor: number): void;
}

/**
 * Finds open directories below `/proc/self/fd`. A call of Node's takes a third of the time of one of our
 * own, and freeing an initramfs takes hundreds. Nothing is believed of `/proc`, which may be missing or
 * be anything: what a path leads to is compared with what is open, again after every mount and chroot.
 */
export function directoryPaths(kernel: Pick<Kernel, "mountChanges">): DirectoryPaths {
  const known = new Map<number, { readonly path: string | undefined; readonly at: number }>();
  return {
    of(descriptor) {
      const at = kernel.mountChanges();
      const found = known.get(descriptor);
      if (found?.at === at) return found.path;
      const path = leadsTo(descriptor);
      known.set(descriptor, { path, at });
      return path;
    },
    forget: (descriptor) => void known.delete(descriptor),
  };
}

function leadsTo(descriptor: number): string | undefined {
  const path = `/proc/self/fd/${descriptor}`;
  try {
    const open = fstatSync(descriptor, { bigint: true });
    const there = statSync(path, { bigint: true });
    return open.dev === there.dev && open.ino === there.ino ? path : undefined;
  } catch {
    return undefined;
  }
}
