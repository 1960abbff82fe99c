import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, it } from "@jest/globals";

/** A test that needs programs: without one of them it is skipped, and its title says why. */
export function itWith(
  programs: readonly string[],
  title: string,
  check: () => void | Promise<void>,
  timeout = 300_000,
): void {
  const missing = programs.filter((program) => !isInstalled(program));
  if (missing.length === 0) it(title, check, timeout);
  else it.skip(`${title} (skipped: needs ${missing.join(", ")})`, check);
}

function isInstalled(program: string): boolean {
  return (
    spawnSync("sh", ["-c", 'command -v "$1"', "sh", program], { stdio: "ignore" }).status === 0
  );
}

/** Runs a program and gives what it writes. */
export function run(
  program: string,
  programArguments: readonly string[],
  options: { readonly input?: Uint8Array; readonly cwd?: string } = {},
): Buffer {
  return execFileSync(program, programArguments, {
    ...options,
    stdio: ["pipe", "pipe", "pipe"],
    maxBuffer: 1 << 30,
  });
}

/** Gives a function that makes directories which are gone after the test. */
export function temporaryDirectories(): () => string {
  const made: string[] = [];
  afterEach(() => {
    for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
  });
  return () => {
    const directory = mkdtempSync(join(tmpdir(), "initrd-image-"));
    made.push(directory);
    return directory;
  };
}

/** Turns bytes into a stream of pieces of odd sizes. */
export async function* inPieces(bytes: Uint8Array, size = 70_001): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** Reads a stream whole; a piece may overwrite the one before. */
export async function collect(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}
