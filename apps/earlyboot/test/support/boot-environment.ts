import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { cacheDirectory } from "../../src/cache-directory.ts";
import type { Host } from "@earlyboot/initrd-image";
import { findProgram } from "../../src/build/checker-programs.ts";
import { hostArchitecture } from "@earlyboot/earlyboot";

/** A kernel to test with. */
export interface TestKernel {
  readonly file: string;
  readonly version: string;
  readonly modules: string;
}

const debianArchitecture = hostArchitecture() === "arm64" ? "arm64" : "amd64";

/** Debian's small kernel for virtual machines, or the one with everything as modules. */
export function testKernel(kind: "cloud" | "generic" = "cloud"): TestKernel | undefined {
  const name = kind === "cloud" ? `cloud-${debianArchitecture}` : debianArchitecture;
  const tree = join(cacheDirectory(), "kernels", name);
  if (!existsSync(join(tree, "boot"))) return undefined;
  const file = readdirSync(join(tree, "boot")).find((entry) => entry.startsWith("vmlinuz-"));
  if (file === undefined) return undefined;
  const version = file.slice("vmlinuz-".length);
  return { file: join(tree, "boot", file), version, modules: join(tree, "lib/modules", version) };
}

/** Why no guest can be booted here; `undefined` when one can. */
export function whyNoGuest(programs: readonly string[] = []): string | undefined {
  const qemu = hostArchitecture() === "arm64" ? "qemu-system-aarch64" : "qemu-system-x86_64";
  const missing = [qemu, "mke2fs", "setpriv", ...programs].filter(
    (name) => findProgram(name) === undefined,
  );
  if (missing.length > 0) return `needs ${missing.join(", ")}`;
  if (testKernel() === undefined) return "needs a kernel, which npm test fetches";
  return undefined;
}

/** The host of the images that do not say another: `EARLYBOOT_TEST_HOST=bare` runs the boot tests on Bare. */
export const testHost: Host = process.env["EARLYBOOT_TEST_HOST"] === "bare" ? "bare" : "node";
