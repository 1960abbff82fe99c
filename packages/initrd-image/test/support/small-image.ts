import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ImageOptions, type ImagePlan, planImage } from "@earlyboot/initrd-image";

/** A program of this machine, and its SHA-256, which stand in for Node and its addon: small, with libraries. */
const standIn = "/bin/sh";

/** Options for an image of about 4 MB, whose boot program is in `directory`. */
export function smallOptions(directory: string): ImageOptions {
  const bundle = join(directory, "init.cjs");
  writeFileSync(bundle, "console.log('booted');\n");
  const addonSha256 = createHash("sha256").update(readFileSync(standIn)).digest("hex");
  return {
    bundle,
    configuration: { version: 1 },
    runtime: { node: standIn, addon: standIn, addonSha256 },
  };
}

/** The plan of {@link smallOptions}, with more. */
export function smallPlan(directory: string, more: Partial<ImageOptions> = {}): ImagePlan {
  return planImage({ ...smallOptions(directory), ...more });
}
