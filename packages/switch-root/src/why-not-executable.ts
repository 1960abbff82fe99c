import {
  AccessMode,
  errorCode,
  errorText,
  FileKind,
  type Linux,
  type OpenOptions,
} from "@earlyboot/linux-syscalls";
import { foreignMachine } from "./machines.ts";
import { type NewRoot, presentPath, resolveInside } from "./new-root.ts";
import { type ProgramHeader, readProgramHeader } from "./program-header.ts";

/** The calls that looking at a program takes. */
export type ProgramReader = Pick<
  Linux,
  "access" | "close" | "lstat" | "open" | "read" | "readLink"
>;

/**
 * Says why `path` cannot be executed once the root has been switched, or gives `undefined` when it
 * can: it resolves inside the new root to a regular file that may be executed, and so does its
 * interpreter, by `#!` line or ELF header, and that one's. See execve(2).
 */
export function whyNotExecutable(
  linux: ProgramReader,
  root: NewRoot,
  path: string,
): string | undefined {
  const chain: string[] = [];
  const inspect = (program: string): ProgramHeader => {
    chain.push(program);
    return inspectProgram(linux, root, program);
  };
  try {
    let program = inspect(path);
    for (let scripts = 1; program.format === "script"; scripts++) {
      if (scripts > mostScripts) throw new Error("is one script more than the kernel follows");
      program = inspect(program.interpreter);
    }
    // The kernel loads the interpreter of an ELF program itself: that one's own does not count.
    if (program.interpreter !== undefined) inspect(program.interpreter);
    return undefined;
  } catch (error) {
    return `${chain.join(" needs ")}: ${wordsOf(error, chain.at(-1))}`;
  }
}

/** How many scripts in a row the kernel takes, each the interpreter of the one before it. */
const mostScripts = 5;

/** @throws Error in words that follow the program's name. */
function inspectProgram(linux: ProgramReader, root: NewRoot, path: string): ProgramHeader {
  const inside = resolveInside(linux, root, path);
  const place = presentPath(root, inside);
  const { mode } = linux.lstat(place);
  if ((mode & FileKind.Mask) !== FileKind.Regular) throw new Error("is not a regular file");
  requireExecutable(linux, place, mode);
  const header = readHeader(linux, place, { noFollow: true, nonBlock: true });
  if (header.format === "elf") {
    const foreign = foreignMachine(header.machine, ownMachine(linux));
    if (foreign !== undefined) throw new Error(foreign);
  }
  return header;
}

function readHeader(linux: ProgramReader, place: string, options: OpenOptions): ProgramHeader {
  const descriptor = linux.open(place, options);
  try {
    return readProgramHeader((offset, length) => readFully(linux, descriptor, offset, length));
  } finally {
    linux.close(descriptor);
  }
}

/** The machine of the program that asks, where it can be told. */
function ownMachine(linux: ProgramReader): number | undefined {
  try {
    const header = readHeader(linux, "/proc/self/exe", {});
    return header.format === "elf" ? header.machine : undefined;
  } catch {
    return undefined;
  }
}

function requireExecutable(linux: ProgramReader, place: string, mode: number): void {
  if ((mode & 0o111) === 0) {
    throw new Error(`may not be executed: its mode is ${(mode & 0o7777).toString(8)}`);
  }
  try {
    linux.access(place, AccessMode.Execute);
  } catch (error) {
    const words = errorText(errorCode(error) ?? "");
    throw new Error(`may not be executed: ${words}; is it mounted noexec?`, { cause: error });
  }
}

/** Reads until `length` bytes have come or the file ends: read(2) may give fewer at a time. */
function readFully(
  linux: Pick<Linux, "read">,
  descriptor: number,
  offset: number,
  length: number,
): Uint8Array {
  const buffer = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const count = linux.read(descriptor, buffer.subarray(filled), BigInt(offset + filled));
    if (count === 0) break;
    filled += count;
  }
  return buffer.subarray(0, filled);
}

/** The words for an error: of a system call, what it stumbled over unless `program` says so already. */
function wordsOf(error: unknown, program: string | undefined): string {
  const code = errorCode(error);
  if (code === undefined) return error instanceof Error ? error.message : String(error);
  const hasPath = typeof error === "object" && error !== null && "path" in error;
  const object = hasPath ? String(error.path) : program;
  return object === program ? errorText(code) : `${object}: ${errorText(code)}`;
}
