import { type ChildProcess, type ExitStatus, type Linux, Signal } from "@earlyboot/linux-syscalls";
import type { CheckOptions } from "./check-file-system.ts";
import type { Checker } from "./checkers.ts";
import { readProgress } from "./progress.ts";

/** Where programs are. */
export const programDirectories: readonly string[] = ["/sbin", "/usr/sbin", "/bin", "/usr/bin"];

/** A checker to run. */
export interface CheckerStart {
  readonly checker: Checker;
  /** The program's path. */
  readonly path: string;
  readonly arguments: readonly string[];
  /** The device, as progress names it. */
  readonly device: string;
}

/** How a checker ended. */
export interface CheckerEnd {
  readonly ending: ExitStatus;
  /** Whether it said that the kernel must replay the log first. */
  readonly asksForReplay: boolean;
  /** The end of what it printed: to both streams, and to standard error alone. */
  readonly printed: { readonly output: string; readonly errorOutput: string };
}

/**
 * Runs a checker, and waits for its end.
 *
 * @throws SyscallError when it cannot be started; the signal's reason when that had aborted before.
 */
export async function runChecker(
  linux: Pick<Linux, "sleep" | "spawn">,
  { checker, path, arguments: args, device }: CheckerStart,
  options: CheckOptions,
): Promise<CheckerEnd> {
  options.signal?.throwIfAborted();
  const collected = collectOutput(options.onOutput, checker.replayWords);
  const child = await linux.spawn({
    path,
    argv0: checker.program,
    arguments: args,
    environment,
    onOutput: collected.take,
    ...(checker.tellsProgress && {
      onProgress: readProgress(device, options.onProgress ?? (() => {})),
    }),
  });
  const ending = await endOf(linux, child, options);
  return { ending, ...collected.ends() };
}

/** No word of it comes from the kernel command line. */
const environment = {
  PATH: programDirectories.join(":"),
  LC_ALL: "C",
  // e2fsck(8) otherwise complains that there is no /etc/mtab.
  EXT2FS_NO_MTAB_OK: "1",
};

/** As much of the end of a program's output as is kept, in characters. */
const keptOutput = 16_384;

/** Passes output on as text, keeps its end, and looks for the words that ask for a replay. */
function collectOutput(
  onOutput: (text: string) => void = () => {},
  replayWords: RegExp | undefined,
): {
  readonly take: (chunk: Uint8Array, stream: "stdout" | "stderr") => void;
  readonly ends: () => Pick<CheckerEnd, "asksForReplay" | "printed">;
} {
  const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  let [output, errorOutput] = ["", ""];
  let asksForReplay = false;
  return {
    take: (chunk, stream) => {
      const text = decoders[stream].decode(chunk, { stream: true });
      output = (output + text).slice(-keptOutput);
      if (stream === "stderr") errorOutput = (errorOutput + text).slice(-keptOutput);
      // Much may follow these words: they are looked for as long as they are there.
      asksForReplay ||= replayWords?.test(output) ?? false;
      onOutput(text);
    },
    ends: () => ({ asksForReplay, printed: { output, errorOutput } }),
  };
}

/** Waits for the program; an abort or a time-out asks it to stop, and its own end is still waited for. */
async function endOf(
  linux: Pick<Linux, "sleep">,
  child: ChildProcess,
  { signal, timeout }: CheckOptions,
): Promise<ExitStatus> {
  const ended = new AbortController();
  const stop = () => interrupt(child);
  signal?.addEventListener("abort", stop);
  if (signal?.aborted === true) stop();
  if (timeout !== undefined) void linux.sleep(timeout, ended.signal).then(stop, () => {});
  try {
    return await child.exited;
  } finally {
    ended.abort();
    signal?.removeEventListener("abort", stop);
  }
}

/** Never throws: nobody could catch what is thrown at an abort or when the time is over. */
function interrupt(child: ChildProcess): void {
  try {
    child.kill(Signal.Interrupt);
  } catch {
    // Then it goes on to its own end.
  }
}
