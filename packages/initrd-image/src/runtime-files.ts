import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { readElf } from "./elf.ts";
import { ImageError } from "./image-error.ts";
import type { Architecture, RuntimeOptions } from "./plan.ts";

/** The files that run the boot program. */
export interface RuntimeFiles {
  readonly node: string;
  readonly addon: string;
  /** What the packages say about their licences, as far as they are there: name and file. */
  readonly licences: readonly (readonly [name: string, file: string])[];
}

/** The addons that this release was tried with: ffi-rs 1.3.7. */
const addonSha256: Readonly<Record<Architecture, string>> = {
  arm64: "5d8d40c687eed72a24ae924fe4f0d123407c02726f96bb90b0787f78ed7e63ea",
  x64: "fdf4ab1c0a9278a421809bfc7c19b29ae90c1987e47a9174286a51d0cf928041",
};

const machines: Readonly<Record<Architecture, number>> = { arm64: 183, x64: 62 };

/** Finds the Node binary and the ffi-rs addon for a machine type, and checks that they are what they should be. */
export function findRuntime(architecture: Architecture, options: RuntimeOptions): RuntimeFiles {
  const node = options.node ?? inPackage(`node-linux-${architecture}`, "bin/node");
  const addon =
    options.addon ??
    inPackage(`@yuuang/ffi-rs-linux-${architecture}-gnu`, `ffi-rs.linux-${architecture}-gnu.node`);
  for (const file of [node, addon]) checkMachine(file, architecture);
  checkSum(addon, options.addonSha256 ?? addonSha256[architecture]);
  const licences = [
    ["node", join(dirname(node), "../LICENSE")],
    ["ffi-rs.json", join(dirname(addon), "package.json")],
  ] as const;
  return { node, addon, licences: licences.filter(([, file]) => existsSync(file)) };
}

/** A file of an installed package, which is looked for from here and from the working directory. */
function inPackage(name: string, path: string): string {
  for (const from of [import.meta.url, join(process.cwd(), "package.json")]) {
    try {
      return join(dirname(createRequire(from).resolve(`${name}/package.json`)), path);
    } catch {
      // Not from here; the error below says where it was looked for.
    }
  }
  throw new ImageError(
    "source-missing",
    `the package ${name} is not installed: add it with npm, or name the unpacked file in the options`,
  );
}

function checkMachine(file: string, architecture: Architecture): void {
  if (!existsSync(file)) throw new ImageError("source-missing", `${file} is not there`);
  const machine = readElf(file)?.machine;
  if (machine === machines[architecture]) return;
  throw new ImageError(
    "bad-option",
    `${file} is not for ${architecture}: its machine type is ${machine ?? "unknown"}, not ${machines[architecture]}`,
  );
}

function checkSum(file: string, wanted: string): void {
  const found = createHash("sha256").update(readFileSync(file)).digest("hex");
  if (found === wanted) return;
  throw new ImageError(
    "checksum",
    `${file} has the SHA-256 ${found}, not ${wanted}: install the pinned version again, or give the new sum if you trust it`,
  );
}
