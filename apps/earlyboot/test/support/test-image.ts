import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
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
  if (existsSync(file)) return file;
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

/** Images of earlier code are of no use to anybody. */
function removeOld(directory: string) {
  for (const name of readdirSync(directory).filter((one) => one.endsWith(".img"))) {
    const path = join(directory, name);
    const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
    if (Date.now() - mtimeMs > hour) rmSync(path, { force: true });
  }
}

const hour = 60 * 60 * 1000;

function keyOf(options: TestImage, version: string): string {
  const hash = createHash("sha256").update(JSON.stringify([testHost, options, version]));
  const bundles = ["init.cjs", "init.bare.cjs", "later.bare.cjs"].map((name) =>
    fileURLToPath(new URL(name, import.meta.resolve("@earlyboot/init/init.cjs"))),
  );
  const builder = fileURLToPath(new URL(".", import.meta.resolve("@earlyboot/initrd-image")));
  const code = readdirSync(builder).filter((name) => name.endsWith(".js"));
  const files = [
    ...bundles,
    ...code.map((name) => join(builder, name)),
    ...(options.files ?? []).map(({ file }) => file),
  ];
  for (const path of files) hash.update(readFileSync(path));
  return hash.digest("hex").slice(0, 20);
}
