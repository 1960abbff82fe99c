import type { ImageDifference } from "@earlyboot/initrd-image";
import { printable } from "@earlyboot/linux-syscalls";
import type { Terminal } from "../terminal/terminal.ts";

/** A line for each path about which two images differ. */
export function formatDifferences(
  differences: readonly ImageDifference[],
  { style }: Pick<Terminal, "style">,
): string[] {
  const marks: Readonly<Record<ImageDifference["kind"], string>> = {
    added: style.green("+"),
    removed: style.red("-"),
    changed: style.yellow("~"),
  };
  return differences.map(({ path, kind, changes }) => {
    const how = changes.length === 0 ? "" : `: ${changes.join(", ")}`;
    return `${marks[kind]} /${printable(path)}${printable(how)}`;
  });
}
