import { lstatSync, readlinkSync, statSync, type BigIntStats } from "node:fs";
import { open } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import type { MirrorLinux } from "@earlyboot/initrd-init";
import type { BlockDevice, FileStatus } from "@earlyboot/linux-syscalls";
import { hostFiles } from "../build/host-files.ts";

/** This machine, to be looked at and never changed. */
export const hostLinux: MirrorLinux = {
  ...hostFiles,
  lstat: (path) => statusOf(lstatSync(path, { bigint: true })),
  stat: (path) => statusOf(statSync(path, { bigint: true })),
  readLink: (path) => readlinkSync(path),
  now: () => performance.now(),
  sleep: (milliseconds, signal) => setTimeout(milliseconds, undefined, { signal }),
  openBlockDevice,
};

function statusOf(stats: BigIntStats): FileStatus {
  return {
    device: stats.dev,
    inode: stats.ino,
    mode: Number(stats.mode),
    links: Number(stats.nlink),
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    rdev: stats.rdev,
    size: stats.size,
    modified: Number(stats.mtimeMs) / 1000,
  };
}

async function openBlockDevice(path: string): Promise<BlockDevice> {
  const file = await open(path);
  const size = BigInt(hostFiles.readText(`/sys/class/block/${nameOf(path)}/size`).trim()) * 512n;
  return {
    size,
    sectorSize: 512,
    close: () => void file.close(),
    async read(offset, length) {
      const bytes = Buffer.alloc(length);
      const { bytesRead } = await file.read(bytes, 0, length, offset);
      return bytes.subarray(0, bytesRead);
    },
  };
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
