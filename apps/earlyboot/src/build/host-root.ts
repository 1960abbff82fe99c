import { readFileSync } from "node:fs";

/** The root file system of this machine. */
export interface HostRoot {
  readonly type: string;
  /** The source of the mount: `/dev/sda2`. */
  readonly source: string;
  /** `MAJOR:MINOR` */
  readonly device: string;
}

/** What is mounted at `/`, by proc_pid_mountinfo(5); the last one is on top. */
export function readHostRoot(
  mountinfo: string = readFileSync("/proc/self/mountinfo", "utf8"),
): HostRoot | undefined {
  return mountinfo
    .split("\n")
    .map((line) => line.split(" - "))
    .flatMap(([left = "", right = ""]) => {
      const [, , device = "", , target] = left.split(" ");
      const [type = "", source = ""] = right.split(" ");
      return target === "/" ? [{ type, source, device }] : [];
    })
    .at(-1);
}
