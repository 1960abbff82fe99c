import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { imageRuntime, type BootConfiguration } from "@earlyboot/initrd-init";
import {
  buildImage,
  planImage,
  type Architecture,
  type BuildOptions,
  type BuildResult,
  type EarlyFile,
  type ExtraFile,
  type Host,
  type ImageOptions,
  type ImagePlan,
  type IntlChoice,
  type ModuleOptions,
  type ProgramOptions,
} from "@earlyboot/initrd-image";
import { moduleName, readModuleIndex } from "@earlyboot/kernel-modules";
import { cacheDirectory } from "../cache-directory.ts";
import { CommandError } from "../command-error.ts";
import { bundleHooks } from "./bundle-hooks.ts";
import { packageVersion } from "../package-version.ts";
import { checkerPrograms } from "./checker-programs.ts";
import { chooseModules, type ModuleChoice } from "./choose-modules.ts";
import { hostFiles } from "./host-files.ts";
import { readMachineFacts } from "./machine-facts.ts";

/** An image to plan. */
export interface InitrdRequest {
  readonly architecture: Architecture;
  /** A directory that stands for `/`: the libraries and checkers of another type of machine. */
  readonly sysroot?: string;
  /** The JavaScript host that runs the boot program; default `node`. */
  readonly host?: Host;
  /** The languages that the host knows; default `small`. */
  readonly intl?: IntlChoice;
  /** As `uname -r` prints it. */
  readonly kernelVersion: string;
  /** Where the modules of that kernel are; none for a kernel that cannot load any. */
  readonly modulesDirectory?: string;
  readonly modules: ModuleChoice;
  /** The types of file systems that it must be able to mount and check. */
  readonly fileSystems: readonly string[];
  /** What the boot program is to do, besides what is known from the rest. */
  readonly configuration?: Partial<BootConfiguration>;
  readonly programs?: readonly ProgramOptions[];
  readonly files?: readonly ExtraFile[];
  /** Microcode and ACPI tables. */
  readonly early?: readonly EarlyFile[];
  /** A module with functions to run before and after stages, in JavaScript or TypeScript. */
  readonly hooks?: string;
}

/** Where an image holds the module with hooks. */
const imageHooks = "/lib/earlyboot/hooks.mjs";

/** Decides on everything that an image will hold. */
export async function planInitrd(request: InitrdRequest): Promise<ImagePlan> {
  const { architecture, sysroot, modulesDirectory, fileSystems, hooks } = request;
  const { files, ...program } = request.host === "bare" ? onBare(request) : onNode(request);
  const modules =
    modulesDirectory === undefined ? {} : { modules: chosenModules(request, modulesDirectory) };
  return planImage({
    architecture,
    ...program,
    configuration: bootConfiguration(request),
    ...modules,
    ...(sysroot === undefined ? {} : { sysroot }),
    programs: [...checkerPrograms(fileSystems, sysroot), ...(request.programs ?? [])],
    early: request.early ?? [],
    files: [
      ...(request.files ?? []),
      ...files,
      ...(hooks === undefined
        ? []
        : [{ path: imageHooks, text: await bundleHooks(hooks, request.host) }]),
    ],
  });
}

type Program = Pick<ImageOptions, "bundle" | "later" | "runtime" | "starter"> & {
  readonly files: readonly ExtraFile[];
};

function onNode(request: InitrdRequest): Program {
  const bundle = fileURLToPath(import.meta.resolve("@earlyboot/init/init.cjs"));
  return {
    bundle,
    starter: join(dirname(bundle), "start.cjs"),
    runtime: { flags: nodeFlags(), ...(request.intl === undefined ? {} : { intl: request.intl }) },
    files: [
      ...cachesFor(request.architecture, bundle),
      ...runtimeFor(request, bundle),
      unxzBeside(bundle),
    ],
  };
}

/** The options that the boot program's code cache was made with: with others V8 does not take it. */
function nodeFlags(): readonly string[] {
  const file = fileURLToPath(import.meta.resolve("@earlyboot/init/node-flags.json"));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it is a file of ours
  return JSON.parse(readFileSync(file, "utf8")) as readonly string[];
}

/** A script that becomes part of Bare's executable, the boot program that it starts, and what is native besides. */
function onBare({ architecture, configuration, intl }: InitrdRequest): Program {
  if (configuration?.runtimeInNewRoot === true) {
    throw new CommandError(
      "runtimeInNewRoot needs the host node: the packages of earlyboot use modules of Node, which bare does not have.",
    );
  }
  const directory = dirname(fileURLToPath(import.meta.resolve("@earlyboot/init/init.bare.cjs")));
  const files = [
    ["init.bare.cjs", "init.bare.cjs"],
    ["init.bare.cache", "init.bare.cache"],
    [`bare-fs-${architecture}.bare`, "bare-fs.bare"],
    [`code-cache-${architecture}.bare`, "code-cache.bare"],
  ].map(([name = "", path]) => ({ file: join(directory, name), path: `/lib/earlyboot/${path}` }));
  const bundle = join(directory, "start.bare.cjs");
  return {
    bundle,
    later: join(directory, "later.bare.cjs"),
    runtime: { host: "bare", ...(intl === undefined ? {} : { intl }) },
    // The cache is there where it could be made; without the others nothing would start.
    files: [
      ...files.filter(({ file }) => !file.endsWith(".cache") || existsSync(file)),
      unxzBeside(bundle),
    ],
  };
}

/** What decompresses .xz modules, which are in the image where another generator packs it. */
function unxzBeside(bundle: string): ExtraFile {
  return { file: join(dirname(bundle), "unxz.cjs"), path: "/lib/earlyboot/unxz.cjs" };
}

/** What the image tells the boot program. */
export function bootConfiguration(request: InitrdRequest): BootConfiguration {
  const { kernelVersion, hooks, configuration } = request;
  return {
    version: 1,
    builder: packageVersion(),
    kernel: kernelVersion,
    ...(hooks === undefined ? {} : { hooks: imageHooks }),
    ...configuration,
  };
}

/** What V8 compiled of the bundle, for the Node of each version that built it. */
function cachesFor(architecture: Architecture, bundle: string): readonly ExtraFile[] {
  const directory = dirname(bundle);
  const caches = readdirSync(directory).filter((name) => name.endsWith(`-${architecture}.cache`));
  return caches.map((name) => ({ file: join(directory, name), path: `/lib/earlyboot/${name}` }));
}

/** The packages that a boot program in the new root can import, where that is asked for. */
function runtimeFor({ configuration }: InitrdRequest, bundle: string): readonly ExtraFile[] {
  if (configuration?.runtimeInNewRoot !== true) return [];
  return [{ file: join(dirname(bundle), "runtime"), path: imageRuntime }];
}

function chosenModules(request: InitrdRequest, directory: string): ModuleOptions {
  const index = readModuleIndex(hostFiles, directory);
  const names = chooseModules(index, request.modules, request.fileSystems, readMachineFacts);
  return { version: request.kernelVersion, directory, names };
}

/** An image that was built. */
export interface BuiltInitrd extends BuildResult {
  readonly seconds: number;
  readonly warnings: readonly string[];
  /** The names of its modules. */
  readonly modules: readonly string[];
}

/** Builds an image, and tells how long that took. */
export async function buildInitrd(
  request: InitrdRequest,
  options: BuildOptions,
): Promise<BuiltInitrd> {
  const start = performance.now();
  const plan = await planInitrd(request);
  const built = await buildImage(plan, { cache: join(cacheDirectory(), "parts"), ...options });
  const modules = plan.entries.filter(({ path }) => /\.ko(\.\w+)?$/.test(path));
  return {
    ...built,
    warnings: plan.warnings,
    modules: modules.map(({ path }) => moduleName(path)),
    seconds: (performance.now() - start) / 1000,
  };
}
