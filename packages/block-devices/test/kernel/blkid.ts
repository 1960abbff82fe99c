import { execFileSync, spawnSync } from "node:child_process";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { Source } from "@earlyboot/block-devices";

/** What blkid(8) says of a file or device; no `TYPE` when it recognises nothing. */
export type BlkidAnswer = Readonly<Record<string, string>>;

/** Asks blkid(8), which answers with status 8 when it finds several things. */
export function askBlkid(path: string): BlkidAnswer | "ambivalent" {
  const { status, stdout, stderr } = spawnSync("sh", ["-c", 'blkid -p -o udev "$1"', "sh", path], {
    env: toolEnvironment,
  });
  if (status === 8) return "ambivalent";
  if (status !== 0 && status !== 2) throw new Error(`blkid: ${stderr.toString()}`);
  const lines = stdout.toString("latin1").split("\n");
  const pairs = lines.filter((line) => line.includes("=")).map((line) => line.split("=", 2));
  return Object.fromEntries(pairs.map(([name = "", value = ""]) => [name, decode(value)]));
}

/** Undoes the `\xNN` in which blkid writes unusual bytes. */
function decode(value: string): string {
  const bytes = value.replace(/\\x([0-9a-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, "latin1").toString("utf8");
}

/** Whether a program is on the search path, or where Debian has those of the administrator. */
export function hasProgram(name: string): boolean {
  return spawnSync("sh", ["-c", `command -v ${name}`], { env: toolEnvironment }).status === 0;
}

/** Some programs are not on the path of an ordinary user. */
const toolEnvironment: NodeJS.ProcessEnv = {
  ...process.env,
  PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin`,
  LC_ALL: "C.UTF-8",
};

/** Runs a line of sh(1). */
export function runShell(command: string, environment: Record<string, string> = {}): string {
  return execFileSync("sh", ["-c", command], {
    env: { ...toolEnvironment, ...environment },
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** A file as a source, which counts what is read and fails the test that reads outside. */
export function openImage(path: string): Source & { reads: number; bytes: number; close(): void } {
  const descriptor = openSync(path, "r");
  const size = BigInt(fstatSync(descriptor).size);
  return {
    size,
    reads: 0,
    bytes: 0,
    read(offset, length) {
      if (offset < 0n || offset + BigInt(length) > size) throw new Error("read outside");
      this.reads++;
      this.bytes += length;
      const buffer = new Uint8Array(length);
      return buffer.subarray(0, readSync(descriptor, buffer, 0, length, Number(offset)));
    },
    close: () => closeSync(descriptor),
  };
}
