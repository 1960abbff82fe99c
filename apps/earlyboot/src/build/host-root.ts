import { readFileSync, realpathSync } from "node:fs";
import { basename } from "node:path";

/** The root file system of this machine. */
export interface HostRoot {
  readonly type: string;
  /** The source of the mount: `/dev/sda2`. */
  readonly source: string;
  /** `MAJOR:MINOR` */
  readonly device: string;
}

/** What is mounted at `/` of this machine, or of one whose files are below `top`. */
export function readHostRoot(top = ""): HostRoot | undefined {
  const root = parseMountinfo(readFileSync(`${top}/proc/self/mountinfo`, "utf8"));
  return root && { ...root, device: deviceBehind(root, top) };
}

/** What is mounted at `/`, by proc_pid_mountinfo(5); the last one is on top. */
export function parseMountinfo(text: string): HostRoot | undefined {
  return text
    .split("\n")
    .map((line) => line.split(" - "))
    .flatMap(([left = "", right = ""]) => {
      const [, , device = "", , target] = left.split(" ");
      const [type = "", source = ""] = right.split(" ");
      return target === "/" ? [{ type, source, device }] : [];
    })
    .at(-1);
}

/** A btrfs has a number of its own, which is no device's: its source is one. */
function deviceBehind({ device, source }: HostRoot, top: string): string {
  if (!device.startsWith("0:") || !source.startsWith("/dev/")) return device;
  try {
    const name = basename(realpathSync(`${top}${source}`));
    return readFileSync(`${top}/sys/class/block/${name}/dev`, "utf8").trim();
  } catch {
    return device;
  }
}
