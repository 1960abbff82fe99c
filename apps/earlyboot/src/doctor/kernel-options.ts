import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { Compression } from "@earlyboot/initrd-image";
import type { Finding } from "./finding.ts";

/** The options that a kernel was built with: `CONFIG_DEVTMPFS` to `y` or `m`. */
export type KernelOptions = ReadonlyMap<string, string>;

/** Reads the text of a kernel's configuration. */
export function parseKernelOptions(text: string): KernelOptions {
  return new Map(
    [...text.matchAll(/^(CONFIG_\w+)=(.*)$/gm)].map(([, name = "", value = ""]) => [name, value]),
  );
}

/** Finds the configuration of an installed kernel; `undefined` when it is nowhere. */
export function readKernelOptions(
  version: string,
  modulesDirectory: string | undefined,
  running: boolean,
  top = "",
): KernelOptions | undefined {
  const beside =
    modulesDirectory === undefined
      ? []
      : [`${modulesDirectory}/../../../boot/config-${version}`, `${modulesDirectory}/config`];
  const file = [...beside, `${top}/boot/config-${version}`].find((path) => existsSync(path));
  if (file !== undefined) return parseKernelOptions(readFileSync(file, "utf8"));
  const own = `${top}/proc/config.gz`;
  if (!running || !existsSync(own)) return undefined;
  return parseKernelOptions(gunzipSync(readFileSync(own)).toString());
}

/** What the boot program and its image need of a kernel. */
export function checkKernelOptions(
  options: KernelOptions | undefined,
  version: string,
  compression: Compression,
): Finding[] {
  if (options === undefined) {
    const text = `the options of ${version} are not known: neither /boot/config-${version} nor /proc/config.gz is there`;
    return [{ level: "warning", subject: "kernel", text }];
  }
  const needed = { ...alwaysNeeded, ...neededFor[compression] };
  const lacking = Object.entries(needed).filter(([name]) => options.get(name) !== "y");
  if (lacking.length > 0) {
    return lacking.map(([name, why]) => ({
      level: optional.includes(name) ? "warning" : "problem",
      subject: `kernel: ${name}`,
      text: `${version} is built without it; it is needed ${why}`,
    }));
  }
  return [{ level: "ok", subject: "kernel", text: `${version} has every option that is needed` }];
}

const alwaysNeeded: Readonly<Record<string, string>> = {
  CONFIG_BLK_DEV_INITRD: "to start an initial RAM disk at all",
  CONFIG_BINFMT_ELF: "to run programs",
  CONFIG_PROC_FS: "to read the kernel's command line",
  CONFIG_SYSFS: "to see devices",
  CONFIG_NET: "to hear of devices as they appear",
  CONFIG_TMPFS: "for /run",
  CONFIG_FUTEX: "by Node",
  CONFIG_EPOLL: "by Node",
  CONFIG_EVENTFD: "by Node",
  CONFIG_DEVTMPFS: "for device nodes; without it earlyboot makes the common ones itself",
};

const optional: readonly string[] = ["CONFIG_DEVTMPFS"];

const neededFor: Readonly<Record<Compression, Readonly<Record<string, string>>>> = {
  zstd: { CONFIG_RD_ZSTD: "to unpack an image compressed by zstd; choose another compression" },
  lz4: { CONFIG_RD_LZ4: "to unpack an image compressed by lz4; choose another compression" },
  gzip: { CONFIG_RD_GZIP: "to unpack an image compressed by gzip; choose another compression" },
  xz: { CONFIG_RD_XZ: "to unpack an image compressed by xz; choose another compression" },
  none: {},
};
