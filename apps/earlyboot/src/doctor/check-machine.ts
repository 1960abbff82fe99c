import { existsSync, readFileSync, statfsSync } from "node:fs";
import { release } from "node:os";
import { dirname, resolve } from "node:path";
import { hasParameter, parseCommandLine } from "@earlyboot/cmdline";
import { matchAlias, readModuleIndex } from "@earlyboot/kernel-modules";
import { findProgram, missingCheckers } from "../build/checker-programs.ts";
import { hostFiles } from "../build/host-files.ts";
import { readHostRoot, type HostRoot } from "../build/host-root.ts";
import type { InitrdRequest } from "../build/build-initrd.ts";
import { formatBytes } from "../terminal/format.ts";
import type { Compression } from "@earlyboot/initrd-image";
import type { Finding } from "./finding.ts";
import { checkKernelOptions, readKernelOptions } from "./kernel-options.ts";
import { driversOf, isAssembled } from "./root-drivers.ts";

/** What is looked at besides the request. */
export interface MachineOptions {
  /** The modules that are in the image, where it is built already. */
  readonly held?: ReadonlySet<string>;
  /** The directory below which the machine's files are; default: those of this machine. */
  readonly top?: string;
}

/** What this machine lacks for booting the image that `request` describes. */
export function checkForBooting(
  request: InitrdRequest,
  compression: Compression,
  { held, top = "" }: MachineOptions = {},
): Finding[] {
  const { kernelVersion, modulesDirectory, configuration } = request;
  const running = kernelVersion === release();
  const options = readKernelOptions(kernelVersion, modulesDirectory, running, top);
  const root = readHostRoot(top);
  return [
    ...checkKernelOptions(options, kernelVersion, compression),
    ...checkCheckers(request.fileSystems, top),
    ...(root === undefined || modulesDirectory === undefined
      ? []
      : checkRootDrivers(root, modulesDirectory, held, top)),
    ...(root === undefined ? [] : checkAssembly(root, top)),
    ...checkRootIsNamed(configuration, top),
    checkMemory(top),
  ];
}

/** What this machine lacks for building images into `output`, and trying them. */
export function checkForBuilding(output: string): Finding[] {
  const tools = {
    [process.arch === "arm64" ? "qemu-system-aarch64" : "qemu-system-x86_64"]:
      "runs the guest of earlyboot try",
    mke2fs: "makes the scratch disk of earlyboot try",
    setpriv: "ends the guest of earlyboot try with the command",
    depmod: "makes the index of a kernel's modules",
  };
  const found = Object.entries(tools).map(([name, purpose]): Finding => {
    const path = findProgram(name);
    return path === undefined
      ? { level: "warning", subject: name, text: `is not installed; it ${purpose}` }
      : { level: "ok", subject: name, text: path };
  });
  return [...found, checkSpace(output)];
}

function checkCheckers(types: readonly string[], top: string): Finding[] {
  const missing = missingCheckers(types, top);
  if (missing.length === 0) {
    return [
      {
        level: "ok",
        subject: "checkers",
        text: `those of ${types.join(", ") || "no file system"} are here`,
      },
    ];
  }
  return missing.map((name) => ({
    level: "warning",
    subject: name,
    text: "is not installed; file systems of its type would be mounted unchecked",
  }));
}

/** Whether an image can drive the disk that holds the root of this machine, and mount what is on it. */
function checkRootDrivers(
  root: HostRoot,
  modulesDirectory: string,
  held: ReadonlySet<string> | undefined,
  top: string,
): Finding[] {
  const index = readModuleIndex(hostFiles, modulesDirectory);
  const has = (name: string) => index.builtin.has(name) || (held ?? index.modules).has(name);
  const drivers = driversOf(root.device, `${top}/sys`);
  const where = `the root of this machine (${root.type} on ${root.source})`;
  const who = held === undefined ? `the kernel of ${modulesDirectory}` : "the image";
  const lacking = drivers.filter((name) => !has(name));
  if (lacking.length > 0) {
    const text = `${where} is driven by ${lacking.join(", ")}, which ${who} does not have`;
    return [{ level: "problem", subject: "root", text }];
  }
  if (![root.type, ...matchAlias(index, `fs-${root.type}`)].some(has)) {
    const text = `${where} cannot be mounted: ${who} does not have ${root.type}. Name the type in the configuration: fileSystems, or root.type`;
    return [{ level: "problem", subject: "root", text }];
  }
  const by = drivers.length === 0 ? "needs no module" : `is driven by ${drivers.join(", ")}`;
  return [{ level: "ok", subject: "root", text: `${where} ${by}` }];
}

function checkAssembly(root: HostRoot, top: string): Finding[] {
  if (!isAssembled(root.device, `${top}/sys`)) return [];
  const text = `${root.source} is made of other devices (LVM, LUKS, RAID), which earlyboot recognises and does not assemble: it would say so, and not boot`;
  return [{ level: "problem", subject: "root", text }];
}

/** A command line of the boot loader's may name another one; what is known is that of this boot. */
function checkRootIsNamed(configuration: InitrdRequest["configuration"], top: string): Finding[] {
  const words = parseCommandLine(readFileSync(`${top}/proc/cmdline`, "utf8"));
  if (configuration?.root !== undefined || hasParameter(words, "root")) return [];
  const text =
    "neither the kernel's command line nor the configuration names one: give the boot loader's entry root=…, or the configuration root.device";
  return [{ level: "warning", subject: "root", text }];
}

function checkMemory(top: string): Finding {
  const facts = readFileSync(`${top}/proc/meminfo`, "utf8");
  const kibibytes = Number(/^MemTotal: *(\d+)/m.exec(facts)?.[1]);
  const text = formatBytes(kibibytes * 1024);
  return kibibytes < leastKibibytes
    ? {
        level: "problem",
        subject: "memory",
        text: `${text} is less than the 256 MiB that a boot takes`,
      }
    : { level: "ok", subject: "memory", text };
}

/** What is usable of 256 MiB. */
const leastKibibytes = 220 * 1024;

function checkSpace(output: string): Finding {
  const directory = nearestDirectory(resolve(output));
  const { bavail, bsize } = statfsSync(directory);
  const text = `${formatBytes(bavail * bsize)} free in ${directory}`;
  return bavail * bsize < 2 * usualImage
    ? {
        level: "warning",
        subject: "space",
        text: `${text}; an image takes about ${formatBytes(usualImage)}, and the old one stays until the new one is whole`,
      }
    : { level: "ok", subject: "space", text };
}

const usualImage = 50_000_000;

function nearestDirectory(path: string): string {
  const parent = dirname(path);
  return existsSync(parent) ? parent : nearestDirectory(parent);
}
