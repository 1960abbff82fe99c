import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";

/** A kernel package, unpacked, with depmod's tables. */
export interface KernelTree {
  /** What `-d` and `-b` of modprobe(8) and its kin are given. */
  readonly root: string;
  readonly release: string;
  /** `ROOT/lib/modules/RELEASE` */
  readonly modules: string;
}

/** Stands for a kernel that has not been fetched. */
export const nowhere: KernelTree = { root: "", release: "", modules: "" };

/** The kernel that the set-up of the tests has fetched, if it has. */
export function kernelTree(flavour: "amd64" | "cloud-amd64"): KernelTree | undefined {
  const cache = process.env["XDG_CACHE_HOME"] ?? `${homedir()}/.cache`;
  const root = `${cache}/earlyboot/kernels/${flavour}`;
  if (!existsSync(`${root}/lib/modules`)) return undefined;
  const release = readdirSync(`${root}/lib/modules`).find((name) =>
    existsSync(`${root}/lib/modules/${name}/modules.dep.bin`),
  );
  return release === undefined
    ? undefined
    : { root, release, modules: `${root}/lib/modules/${release}` };
}
