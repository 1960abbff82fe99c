import { printable } from "@earlyboot/linux-syscalls";

/**
 * Text without control characters but the ends of its lines. Unlike with `printable`, what is escaped
 * already stays as it is.
 */
export function safeText(text: string): string {
  const lines = text.split("\n").map((line) => printable(line).replaceAll("\\\\", "\\"));
  return lines.join("\n");
}
