import type { Terminal } from "../terminal/terminal.ts";
import type { Finding } from "./finding.ts";

/** A line for each finding, problems last, where a person looks. */
export function formatFindings(
  findings: readonly Finding[],
  { style }: Pick<Terminal, "style">,
): string[] {
  const words: Readonly<Record<Finding["level"], string>> = {
    ok: style.green("ok      "),
    warning: style.yellow("warning "),
    problem: style.red("problem "),
  };
  return (["ok", "warning", "problem"] as const).flatMap((level) =>
    findings
      .filter((finding) => finding.level === level)
      .map(({ subject, text }) => `${words[level]} ${style.bold(subject)}: ${text}`),
  );
}
