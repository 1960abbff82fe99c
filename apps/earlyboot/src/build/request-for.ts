import { existsSync, readdirSync } from "node:fs";
import { release } from "node:os";
import { basename, join } from "node:path";
import type { Architecture, EarlyFile, ExtraFile } from "@earlyboot/initrd-image";
import type { BootConfiguration } from "@earlyboot/initrd-init";
import { nearestWord } from "@earlyboot/linux-syscalls";
import { CommandError } from "../command-error.ts";
import type { EarlybootConfig } from "../config/earlyboot-config.ts";
import { hostArchitecture } from "../qemu/qemu-arguments.ts";
import { findMicrocode } from "./find-microcode.ts";
import type { InitrdRequest } from "./build-initrd.ts";
import { readHostRoot } from "./host-root.ts";
import { rootFileSystems } from "./module-sets.ts";

/** What to build for the system that is mounted at `directory`: this one, when none is named. */
export function requestFor(config: EarlybootConfig, directory = "/"): InitrdRequest {
  const here = directory === "/";
  const architecture = config.architecture ?? hostArchitecture();
  const foreign = architecture !== hostArchitecture();
  if (foreign && config.modules === "auto") {
    throw new CommandError(
      `modules: "auto" is what this machine needs, and the image is for another one (${architecture}): say "generic", or a list.`,
    );
  }
  const modules = config.modules ?? (here && !foreign ? "auto" : "generic");
  const kernelVersion = config.kernel ?? (here ? release() : onlyVersionIn(directory));
  return {
    architecture,
    ...(foreign ? { sysroot: sysrootFor(architecture, directory) } : {}),
    ...(config.host === undefined ? {} : { host: config.host }),
    ...(config.intl === undefined ? {} : { intl: config.intl }),
    kernelVersion,
    ...(here && isWithoutModules(kernelVersion)
      ? {}
      : { modulesDirectory: modulesOf(directory, kernelVersion) }),
    modules,
    fileSystems: fileSystemsFor(config, modules),
    configuration: bootConfiguration(config),
    programs: (config.programs ?? []).map((file) => ({ file })),
    files: filesOf(config),
    early: [
      ...findMicrocode(config.microcode ?? (modules === "auto" ? "auto" : "none")),
      ...tablesOf(config),
    ],
    ...(config.hooks === undefined ? {} : { hooks: config.hooks }),
  };
}

function filesOf({ files = [] }: EarlybootConfig): readonly ExtraFile[] {
  return files.map((one) => {
    if (typeof one === "string") return { file: one };
    const { from, to, mode } = one;
    return { file: from, path: to, ...(mode === undefined ? {} : { mode }) };
  });
}

/** Where the kernel looks for tables that replace those of the firmware; see acpi/initrd_table_override.rst. */
function tablesOf({ acpiTables = [] }: EarlybootConfig): readonly EarlyFile[] {
  return acpiTables.map((file) => ({
    path: `/kernel/firmware/acpi/${basename(file)}`,
    files: [file],
  }));
}

function fileSystemsFor(config: EarlybootConfig, modules: EarlybootConfig["modules"]): string[] {
  const declared = [config.root?.type, ...(config.fileSystems ?? []).map(({ type }) => type)];
  const found = modules === "auto" ? [readHostRoot()?.type] : [];
  const generic = modules === "generic" ? rootFileSystems : [];
  const overlay = config.volatile ? ["overlay"] : [];
  const types = [...declared, ...found, ...generic, ...overlay].flatMap(
    (type) => type?.split(",") ?? [],
  );
  return [...new Set(types)];
}

/** Where the libraries of another type of machine are: in the system that is named, or where Debian puts them. */
function sysrootFor(architecture: Architecture, directory: string): string {
  const debian = `/usr/${architecture === "arm64" ? "aarch64" : "x86_64"}-linux-gnu`;
  return directory === "/" && existsSync(debian) ? debian : directory;
}

/** What is left for the boot program, once the image is made. */
function bootConfiguration(config: EarlybootConfig): Partial<BootConfiguration> {
  const boot = Object.entries(config).filter(([key]) => !imageKeys.has(key));
  const load = Array.isArray(config.modules) ? { load: config.modules } : {};
  const never = config.blacklist === undefined ? {} : { blacklist: config.blacklist };
  return { ...Object.fromEntries(boot), modules: { ...load, ...never } };
}

/** What only the making of the image needs to know. */
const imageKeys: ReadonlySet<string> = new Set<keyof EarlybootConfig | "$schema">([
  "$schema",
  "architecture",
  "host",
  "intl",
  "kernel",
  "modules",
  "blacklist",
  "programs",
  "files",
  "hooks",
  "microcode",
  "acpiTables",
  "compression",
  "level",
  "output",
]);

/** Whether a kernel is the running one, and cannot load modules at all. */
function isWithoutModules(version: string): boolean {
  return version === release() && !existsSync("/proc/modules");
}

function modulesOf(directory: string, version: string): string {
  const modules = join(directory, "lib/modules", version);
  if (existsSync(join(modules, "modules.dep"))) return modules;
  const known = versionsIn(directory);
  const near = nearestWord(version, known);
  throw new CommandError(
    `There are no modules of the kernel ${version} in ${modules}. ` +
      (known.length === 0
        ? "There are none of any other kernel either: is its package installed?"
        : `There are those of ${known.join(", ")}${near === undefined ? "" : `; did you mean ${near}?`} (-k VERSION)`),
  );
}

function versionsIn(directory: string): string[] {
  const all = join(directory, "lib/modules");
  return existsSync(all) ? readdirSync(all) : [];
}

function onlyVersionIn(directory: string): string {
  const versions = versionsIn(directory);
  const [version] = versions;
  if (version !== undefined && versions.length === 1) return version;
  throw new CommandError(
    `Which kernel is the image for? Below ${directory} there are the modules of ` +
      `${versions.length === 0 ? "none" : versions.join(", ")}: name one by -k VERSION.`,
  );
}
