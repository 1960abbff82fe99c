import { spawn } from "node:child_process";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { copied } from "./file-bytes.ts";
import { ImageError } from "./image-error.ts";

/**
 * Sends bytes through a program's standard input and gives what it writes to its standard output.
 *
 * @throws ImageError `program-missing`: it is not installed; `bad-archive`: it ended with another status than 0.
 */
export async function* throughProgram(
  program: string,
  programArguments: readonly string[],
  input: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const child = spawn(program, programArguments, { stdio: ["pipe", "pipe", "pipe"] });
  const errors: string[] = [];
  child.stderr.setEncoding("utf8").on("data", (text: string) => errors.push(text));
  const ended = new Promise<Error | number | null>((resolve) => {
    child.once("error", resolve).once("close", resolve);
  });
  // A program that stops reading tells why by its exit status, which comes below.
  const fed = pipeline(Readable.from(copied(input), { objectMode: false }), child.stdin).catch(
    (error: unknown) => error,
  );
  try {
    yield* child.stdout;
    const [outcome, failure] = [await ended, await fed];
    if (typeof outcome === "object" && outcome !== null) throw notStarted(program, outcome);
    if (outcome !== 0) throw failed(program, outcome, errors.join(""), failure);
    if (failure !== undefined) throw failure;
  } finally {
    child.kill();
    await ended;
  }
}

function notStarted(program: string, cause: Error): ImageError {
  return new ImageError(
    "program-missing",
    `cannot run ${program}: ${cause.message}. Install it; an image can be built with another compression, too`,
    { cause },
  );
}

function failed(
  program: string,
  status: number | null,
  errors: string,
  cause: unknown,
): ImageError {
  const words = errors.trim() === "" ? "it said nothing" : errors.trim();
  return new ImageError("bad-archive", `${program} ended with status ${status}: ${words}`, {
    cause,
  });
}
