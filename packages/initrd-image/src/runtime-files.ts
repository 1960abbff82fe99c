import { createHash } from "node:crypto";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { elfMachine } from "./elf-machine.ts";
import { readElf } from "./elf.ts";
import { ImageError } from "./image-error.ts";
import type { Architecture, RuntimeOptions } from "./plan.ts";

/** The files that run the boot program. */
export interface RuntimeFiles {
  /** The executable of Node or Bare. */
  readonly host: string;
  readonly addon: string;
  /** What the packages say about their licences, as far as they are there: name and file. */
  readonly licences: readonly (readonly [name: string, file: string])[];
}

/** The addons that this release was tried with: ffi-rs 1.3.7. */
const addonSha256: Readonly<Record<Architecture, string>> = {
  arm64: "5d8d40c687eed72a24ae924fe4f0d123407c02726f96bb90b0787f78ed7e63ea",
  x64: "fdf4ab1c0a9278a421809bfc7c19b29ae90c1987e47a9174286a51d0cf928041",
};

/** The executable that this release was tried with: Bare 1.33.4. */
const bareSha256: Readonly<Partial<Record<Architecture, string>>> = {
  x64: "eb75e545b5eb1e500358405a6d353a6e4b0163b2ebc03a0278ba36df2391f921",
};

/** Finds the host's executable and the ffi-rs addon for a machine type, and checks that they are what they should be. */
export function findRuntime(architecture: Architecture, options: RuntimeOptions): RuntimeFiles {
  const host =
    options.host === "bare" ? findBare(architecture, options) : findNode(architecture, options);
  const addon =
    options.addon ??
    inPackage(`@yuuang/ffi-rs-linux-${architecture}-gnu`, `ffi-rs.linux-${architecture}-gnu.node`);
  for (const file of [host, addon]) checkMachine(file, architecture);
  checkSum(addon, options.addonSha256 ?? addonSha256[architecture]);
  const licences = [
    [options.host ?? "node", join(dirname(host), "../LICENSE")],
    ["bare-notice", join(dirname(host), "../NOTICE")],
    ["ffi-rs.json", join(dirname(addon), "package.json")],
  ] as const;
  return { host, addon, licences: licences.filter(([, file]) => existsSync(file)) };
}

function findNode(architecture: Architecture, options: RuntimeOptions): string {
  return options.node ?? inPackage(`node-linux-${architecture}`, "bin/node");
}

/** What is put in the place of Bare's first script relies on what is native in Bare: hence the sum. */
function findBare(architecture: Architecture, options: RuntimeOptions): string {
  const sum = options.bareSha256 ?? bareSha256[architecture];
  if (sum === undefined) {
    throw new ImageError(
      "bad-option",
      `no Bare for ${architecture} was tried with this release: take the host node, or name an executable and its SHA-256`,
    );
  }
  const bare = options.bare ?? inPackage(`bare-runtime-linux-${architecture}`, "bin/bare");
  checkSum(bare, sum);
  return bare;
}

/** A file of an installed package, which is looked for from here and from the working directory. */
function inPackage(name: string, path: string): string {
  for (const from of [import.meta.url, join(process.cwd(), "package.json")]) {
    try {
      return join(packageDirectory(createRequire(from), name), path);
    } catch {
      // Not from here; the error below says where it was looked for.
    }
  }
  throw new ImageError(
    "source-missing",
    `the package ${name} is not installed: add it (npm install --force ${name}; without --force npm leaves out what is for another machine), or name the unpacked file in the options`,
  );
}

/** Bare's package does not export its package.json, but has its file beside it. */
function packageDirectory(require: NodeJS.Require, name: string): string {
  const places = require.resolve.paths(name) ?? [];
  const found = places.map((place) => join(place, name)).find((place) => existsSync(place));
  if (found === undefined)
    throw new ImageError("source-missing", `the package ${name} is not installed`);
  return realpathSync(found);
}

function checkMachine(file: string, architecture: Architecture): void {
  if (!existsSync(file)) throw new ImageError("source-missing", `${file} is not there`);
  const machine = readElf(file)?.machine;
  if (machine === elfMachine[architecture]) return;
  throw new ImageError(
    "bad-option",
    `${file} is not for ${architecture}: its machine type is ${machine ?? "unknown"}, not ${elfMachine[architecture]}`,
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
