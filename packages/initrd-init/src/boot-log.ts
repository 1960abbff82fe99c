import type { Linux } from "@earlyboot/linux-syscalls";
import type { LogLevel } from "./boot-configuration.ts";
import { safeText } from "./safe-text.ts";

/** One line of the log. */
export interface LogLine {
  /** Milliseconds since the kernel's start. */
  readonly time: number;
  readonly level: LogLevel;
  readonly text: string;
}

/** Where a boot says what it does. */
export interface BootLog {
  /** Says why something failed. */
  error(text: string): void;
  /** Says what is not as it should be, though the boot goes on. */
  warning(text: string): void;
  /** Says what happens. */
  info(text: string): void;
  /** Says what helps to find out why. */
  debug(text: string): void;
  /** Puts lines into the kernel's log only: they have been shown on the console already. */
  record(text: string): void;
  /** Says from now on what `level` asks for; `quiet` keeps the console to warnings and errors. */
  configure(options: { readonly level: LogLevel; readonly quiet: boolean }): void;
  /** What was said, at any level, oldest first; of very many lines those that matter least are missing. */
  readonly lines: readonly LogLine[];
}

/** The kernel's numbers of the levels, from `<linux/kern_levels.h>`. */
const numbers: Readonly<Record<LogLevel, number>> = { error: 3, warning: 4, info: 6, debug: 7 };

/** What one record of `/dev/kmsg` may hold, prefix included. */
const longest = 900;

/** Most lines that are kept: a checker may print millions, and must not fill the memory. */
const mostLines = 10_000;

/** Makes room in a log that is full: for debugging first, then what is oldest. */
function makeRoom(lines: LogLine[]): void {
  const telling = lines.filter(({ level }) => level !== "debug");
  lines.splice(0, lines.length, ...telling.slice(-mostLines / 2));
}

/**
 * Makes the log of a boot. Lines go to the kernel's log, which shows them on every console that it
 * has; what the kernel would not show there, because of its own log level, or cannot take, is
 * written to the console directly. So nothing is shown twice.
 */
export function createBootLog(
  linux: Pick<Linux, "writeFile" | "readText" | "now">,
  write: (text: string) => void,
): BootLog {
  const lines: LogLine[] = [];
  let [logged, shown] = [numbers.info, numbers.info];
  let kernelShows: number | undefined;

  const say = (level: LogLevel, said: string): void => {
    // Names come escaped already; this catches what programs print, and messages of somebody else's.
    const text = safeText(said);
    if (lines.length === mostLines) makeRoom(lines);
    lines.push({ time: linux.now(), level, text });
    const number = numbers[level];
    if (number > logged) return;
    kernelShows ??= consoleLogLevel(linux);
    const taken = toKernel(linux, number, text);
    if (taken && number < (kernelShows ?? 0)) return;
    if (number <= shown) write(`earlyboot: ${text}\n`);
  };
  return {
    error: (text) => say("error", text),
    warning: (text) => say("warning", text),
    info: (text) => say("info", text),
    debug: (text) => say("debug", text),
    record: (text) => {
      for (const line of text.replace(/^earlyboot: /, "").split("\n")) {
        if (line !== "") toKernel(linux, numbers.debug, line);
      }
    },
    configure: ({ level, quiet }) => {
      logged = numbers[level];
      shown = quiet ? Math.min(numbers.warning, logged) : logged;
    },
    lines,
  };
}

/** Lines below this level the kernel shows on its consoles. See proc_sys_kernel(5), printk. */
function consoleLogLevel(linux: Pick<Linux, "readText">): number | undefined {
  try {
    return Number.parseInt(linux.readText("/proc/sys/kernel/printk"), 10);
  } catch {
    return undefined;
  }
}

/**
 * Writes one record. The file is opened for each, because the kernel counts how often a descriptor
 * writes and drops what is above its rate (printk_devkmsg).
 */
function toKernel(linux: Pick<Linux, "writeFile">, level: number, text: string): boolean {
  const record = cut(`<${level}>earlyboot: ${text}`, longest);
  try {
    linux.writeFile("/dev/kmsg", `${record}\n`, { how: "append", create: false });
    return true;
  } catch {
    return false;
  }
}

/** At most `most` bytes of UTF-8, cut between characters. */
function cut(text: string, most: number): string {
  let bytes = 0;
  let end = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (bytes > most) break;
    end += character.length;
  }
  return text.slice(0, end);
}
