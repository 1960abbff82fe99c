import { createHash } from "node:crypto";
import {
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BootConfiguration } from "@earlyboot/initrd-init";
import { buildInitrd, type InitrdRequest } from "../../src/build/build-initrd.ts";
import { cacheDirectory } from "../../src/cache-directory.ts";
import { hostArchitecture } from "@earlyboot/earlyboot";
import { testHost, testKernel } from "./boot-environment.ts";

/** What an image for a test holds besides the usual. */
export interface TestImage extends Partial<
  Pick<InitrdRequest, "fileSystems" | "files" | "hooks" | "host" | "modules" | "programs">
> {
  readonly configuration?: Partial<BootConfiguration>;
  readonly kernel?: "cloud" | "generic";
  /** Where the modules are taken from; default the kernel's own. */
  readonly modulesDirectory?: string;
}

/** The path of an image as asked for: built once, and again when anything that goes into it changes. */
export async function testImage(options: TestImage = {}): Promise<string> {
  const kernel = testKernel(options.kernel);
  if (kernel === undefined) throw new Error("no kernel");
  const directory = join(cacheDirectory(), "test-images");
  const file = join(directory, `${keyOf(options, kernel.version)}.img`);
  if (isKept(file)) return file;
  mkdirSync(directory, { recursive: true });
  removeOld(directory);
  const part = `${file}.${process.pid}`;
  await buildInitrd(
    {
      architecture: hostArchitecture(),
      host: options.host ?? testHost,
      kernelVersion: kernel.version,
      modulesDirectory: options.modulesDirectory ?? kernel.modules,
      modules: options.modules ?? "guest",
      fileSystems: options.fileSystems ?? ["ext4"],
      configuration: options.configuration ?? {},
      programs: options.programs ?? [],
      files: options.files ?? [],
      ...(options.hooks === undefined ? {} : { hooks: options.hooks }),
    },
    // The quickest to unpack, where every instruction is emulated.
    { output: part, compression: "lz4" },
  );
  renameSync(part, file);
  return file;
}

/** Whether the image is there; if so it is young again, lest somebody else removes it before it is read. */
function isKept(file: string): boolean {
  try {
    utimesSync(file, new Date(), new Date());
    return true;
  } catch {
    return false;
  }
}

/** Images of earlier code, and what is left of builds that were ended, are of no use to anybody. */
function removeOld(directory: string) {
  for (const name of readdirSync(directory).filter((one) => /\.(?:img|new)$/.test(one))) {
    const path = join(directory, name);
    const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
    if (Date.now() - mtimeMs > hour) rmSync(path, { force: true });
  }
}

const hour = 60 * 60 * 1000;

function keyOf(options: TestImage, version: string): string {
  // Each test writes its files at places of its own: what they hold counts.
  const files = (options.files ?? []).map(({ file, ...where }) => ({
    ...where,
    is: digestOf(file),
  }));
  const asked = JSON.stringify([testHost, { ...options, files }, version]);
  const bundles = ["init.cjs", "init.bare.cjs", "later.bare.cjs"].map((name) =>
    fileURLToPath(new URL(name, import.meta.resolve("@earlyboot/init/init.cjs"))),
  );
  const builder = fileURLToPath(new URL(".", import.meta.resolve("@earlyboot/initrd-image")));
  const code = readdirSync(builder).filter((name) => name.endsWith(".js"));
  const parts = [...bundles, ...code.map((name) => join(builder, name))].map(digestOf);
  return sha256([asked, ...parts].join("\n")).slice(0, 20);
}

function digestOf(file: string): string {
  return sha256(readFileSync(file));
}

function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
