import { printable } from "@earlyboot/linux-syscalls";
import type { Finding, SkipReason } from "./check-result.ts";
import type { FsckOutcome } from "./fsck-outcome.ts";
import { tellingLines } from "./telling-lines.ts";

/** Says in one line, for people, what came of a check. */
export function describe(device: string, type: string, finding: Finding): string {
  return printable(`${device} (${type}) ${wordsFor(finding)}`);
}

function wordsFor(finding: Finding): string {
  const { outcome } = finding;
  if (outcome === "no-checker") return `was not checked: there is no ${finding.program} here`;
  if (outcome === "skipped") return `was not checked: ${skipWords[finding.reason]}`;
  const { program } = finding;
  const said = lastWords(finding.errorOutput) || lastWords(finding.output);
  if (outcome === "killed") {
    return `could not be checked: ${signalWords(finding.signal)} ended ${program}${said}`;
  }
  if (outcome === "pass" || outcome === "errors-corrected") return outcomeWords[outcome];
  return `${outcomeWords[outcome]} (${program}, status ${finding.status})${said}`;
}

/** A signal by its number and, where it is one that ends checkers, its name; see signal(7). */
function signalWords(signal: number): string {
  const name = signalNames.get(signal);
  return name === undefined ? `signal ${signal}` : `signal ${signal} (${name})`;
}

const signalNames: ReadonlyMap<number, string> = new Map([
  [1, "SIGHUP"],
  [2, "SIGINT"],
  [4, "SIGILL"],
  [6, "SIGABRT"],
  [7, "SIGBUS"],
  [8, "SIGFPE"],
  [9, "SIGKILL"],
  [11, "SIGSEGV"],
  [13, "SIGPIPE"],
  [15, "SIGTERM"],
]);

const outcomeWords: Readonly<Record<FsckOutcome, string>> = {
  pass: "has no errors",
  "errors-corrected": "had errors, which were corrected",
  "reboot-required": "had errors, which were corrected; the machine must be rebooted",
  "errors-left": "has errors that were not corrected",
  "operational-error": "could not be checked",
  "usage-error": "was not checked: the checker does not take its arguments",
  cancelled: "was not checked to the end: the check was cancelled",
  "library-error": "was not checked: the checker lacks a shared library",
};

const skipWords: Readonly<Record<SkipReason, string>> = {
  mounted: "it is mounted",
  "in-use": "it is in use, by a mount elsewhere, as swap, or as part of another device",
  "read-only": "it cannot be written to",
  "not-wanted": "no check is wanted",
  clean: "its superblock says that it is clean",
  "only-on-demand": "the kernel keeps such a file system whole; it is checked on demand only",
  "no-check-needed": "file systems of this type are not checked",
  "would-write": "its checker writes to it even when it is to look only",
  "log-not-replayed":
    "its log is to be replayed first: its mount does that, or a check with fsck.repair=yes",
};

/** The last lines that a program printed; e2fsck puts its advice on two. */
function lastWords(output: string): string {
  const last = tellingLines(output).slice(-2);
  return last.length === 0 ? "" : `, which said: ${last.join(" ")}`;
}
