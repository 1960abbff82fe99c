import type { Linux } from "../../linux.ts";
import { errorCode } from "../../syscall-error.ts";

/** What a scenario has to work with. */
export interface Bench {
  readonly linux: Linux;
  /** The absolute path of an empty tmpfs of its own, which is also the working directory. */
  readonly base: string;
  /** Records what an action gives, or the message of the error that it throws. */
  readonly see: (what: string, action: () => unknown) => void;
  /** As `see`, for what takes time. */
  readonly seeLater: (what: string, action: () => Promise<unknown>) => Promise<void>;
}

/** One thing that was looked at, and what was seen. */
export type Observation = readonly [what: string, seen: string];

/** Something that can be done to a Linux, and that has to come out the same on each. */
export interface ConformanceScenario {
  readonly title: string;
  /** Does what is to come out alike, and notes it on the bench. */
  readonly run: (bench: Bench) => void | Promise<void>;
  /** Whether it leaves its process unfit for another scenario: it changes the root. */
  readonly alone?: boolean;
  /** The oldest kernel that behaves so: `"6.6"`. */
  readonly since?: string;
  /** The types of file systems that the kernel has to know, besides tmpfs, ramfs, proc and sysfs. */
  readonly needs?: readonly string[];
}

/**
 * Plays a scenario in the directory `base`, which has to be there and empty, and gives what was seen.
 * The process needs to be root in mount, PID and network namespaces of its own.
 */
export async function observe(
  linux: Linux,
  base: string,
  { run }: ConformanceScenario,
): Promise<readonly Observation[]> {
  const seen: Observation[] = [];
  linux.mount({ source: "tmpfs", target: base, type: "tmpfs" });
  linux.chdir(base);
  linux.umask(0o022);
  await run({
    linux,
    base,
    see: (what, action) => {
      try {
        seen.push([what, show(action())]);
      } catch (error) {
        seen.push([what, answerOf(error)]);
      }
    },
    seeLater: async (what, action) => {
      try {
        seen.push([what, show(await action())]);
      } catch (error) {
        seen.push([what, answerOf(error)]);
      }
    },
  });
  return seen;
}

/** What a failed call says; anything else that is thrown is a fault of the scenario. */
function answerOf(error: unknown): string {
  if (errorCode(error) === undefined || !(error instanceof Error)) throw error;
  return error.message.slice(0, longestAnswer);
}

/** Paths in messages may be cut, and need not be cut alike. */
const longestAnswer = 96;

function show(value: unknown): string {
  if (value === undefined) return "done";
  return typeof value === "string"
    ? value
    : JSON.stringify(value, (_, part: unknown) => (typeof part === "bigint" ? String(part) : part));
}

/** The names in a directory. */
export function namesIn({ linux }: Pick<Bench, "linux">, path: string): string {
  return linux
    .readDirectory(path)
    .map(({ name }) => name)
    .join(" ");
}

/** Kind and permissions of a file in octal: `100644`. */
export function modeOf({ linux }: Pick<Bench, "linux">, path: string): string {
  return linux.lstat(path).mode.toString(8);
}

/** What is mounted below the scenario's directory, as `target type options` in the kernel's order. */
export function mountsBelow({ linux, base }: Pick<Bench, "linux" | "base">): readonly string[] {
  return linux
    .readText("/proc/self/mountinfo")
    .split("\n")
    .map((line) => line.split(" "))
    .filter((fields) => fields[4]?.startsWith(`${base}/`) === true)
    .map((fields) => {
      const dash = fields.indexOf("-");
      const propagation = fields.slice(6, dash).map((word) => word.replace(/\d+/, "N"));
      return [fields[4]?.slice(base.length), fields[dash + 1], fields[5], ...propagation].join(" ");
    });
}
