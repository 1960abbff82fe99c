import { errorCode } from "@earlyboot/linux-syscalls";
import { constants } from "node:fs";

import type { Kernel } from "./kernel.ts";
import { statfs } from "./layouts.ts";
import { readEntriesOf } from "./read-directory.ts";
import { knownSignals } from "./signal-sets.ts";
import { makeStructure, readStructure } from "./structure.ts";
import { readToEnd, withOpenFile } from "./whole-file.ts";

/** What proc(5) tells of this process. */
export interface OwnProcess {
  /** The numbers of its open descriptors; one of them may be closed by now. */
  readonly descriptors: readonly number[];
  /** The signals that it ignores. */
  readonly ignored: readonly number[];
}

/** Reads what proc(5) tells of this process; `undefined` where `/proc` is missing or is something else. */
export function readOwnProcess(kernel: Kernel): OwnProcess | undefined {
  try {
    if (![status, descriptors].every((path) => isProc(kernel, path))) return undefined;
    const ignored = /^SigIgn:\t([0-9a-f]{16})$/m.exec(readText(status))?.[1];
    if (ignored === undefined) return undefined;
    return {
      descriptors: readEntriesOf(kernel, descriptors).map(({ name }) => Number(name)),
      ignored: numbersIn(BigInt(`0x${ignored}`)),
    };
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return undefined;
  }
}

const status = "/proc/self/status";
const descriptors = "/proc/self/fd";

/** PROC_SUPER_MAGIC of statfs(2). */
const procMagic = 0x9fa0n;

/** Asked of each path: something else may be mounted over it. */
function isProc(kernel: Kernel, path: string): boolean {
  const answer = makeStructure(statfs);
  kernel.call("statfs", [path, answer], { path });
  return readStructure(statfs, answer).type === procMagic;
}

function readText(path: string): string {
  return withOpenFile(path, constants.O_RDONLY, 0, (open) => readToEnd(open, path)).toString();
}

/** The signals of a set, of which the lowest bit is signal 1. */
function numbersIn(set: bigint): readonly number[] {
  return knownSignals.filter((number) => (set & (1n << BigInt(number - 1))) !== 0n);
}
