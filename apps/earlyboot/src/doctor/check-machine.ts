import { existsSync, readFileSync, statfsSync } from "node:fs";
import { release } from "node:os";
import { dirname, resolve } from "node:path";
import { readModuleIndex } from "@earlyboot/kernel-modules";
import { findProgram, missingCheckers } from "../build/checker-programs.ts";
import { hostFiles } from "../build/host-files.ts";
import { readHostRoot } from "../build/host-root.ts";
import type { InitrdRequest } from "../build/build-initrd.ts";
import { formatBytes } from "../terminal/format.ts";
import type { Compression } from "@earlyboot/initrd-image";
import type { Finding } from "./finding.ts";
import { checkKernelOptions, readKernelOptions } from "./kernel-options.ts";
import { driversOf } from "./root-drivers.ts";

/**
 * What this machine lacks for booting the image that `request` describes; `held` names the modules that
 * are in it, where it is built already.
 */
export function checkForBooting(
  request: InitrdRequest,
  compression: Compression,
  held?: ReadonlySet<string>,
): Finding[] {
  const { kernelVersion, modulesDirectory } = request;
  const running = kernelVersion === release();
  const options = readKernelOptions(kernelVersion, modulesDirectory, running);
  return [
    ...checkKernelOptions(options, kernelVersion, compression),
    ...checkCheckers(request.fileSystems),
    ...(modulesDirectory === undefined ? [] : checkRootDrivers(modulesDirectory, held)),
    checkMemory(),
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

function checkCheckers(types: readonly string[]): Finding[] {
  const missing = missingCheckers(types);
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

/** Whether an image can drive the disk that holds the root of this machine. */
function checkRootDrivers(modulesDirectory: string, held?: ReadonlySet<string>): Finding[] {
  const root = readHostRoot();
  if (root === undefined) return [];
  const { modules, builtin } = readModuleIndex(hostFiles, modulesDirectory);
  const drivers = driversOf(root.device);
  const lacking = drivers.filter((name) => !builtin.has(name) && !(held ?? modules).has(name));
  const where = `the root of this machine (${root.type} on ${root.source})`;
  if (lacking.length > 0) {
    const who = held === undefined ? `the kernel of ${modulesDirectory}` : "the image";
    const text = `${where} is driven by ${lacking.join(", ")}, which ${who} does not have`;
    return [{ level: "problem", subject: "root", text }];
  }
  const by = drivers.length === 0 ? "needs no module" : `is driven by ${drivers.join(", ")}`;
  return [{ level: "ok", subject: "root", text: `${where} ${by}` }];
}

function checkMemory(): Finding {
  const kibibytes = Number(/^MemTotal: *(\d+)/m.exec(readFileSync("/proc/meminfo", "utf8"))?.[1]);
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
