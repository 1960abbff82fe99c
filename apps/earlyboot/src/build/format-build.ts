import type { BuildResult } from "@earlyboot/initrd-image";
import { formatBytes, formatTable } from "../terminal/format.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** What was built: its size, what takes it, and how long that took. */
export function formatBuild(
  built: BuildResult & { readonly seconds: number },
  { style }: Pick<Terminal, "style">,
): string[] {
  const { output, size, unpackedSize, compression, largest, seconds } = built;
  const head = `${style.bold(output)}: ${formatBytes(size)} (${compression}), ${formatBytes(unpackedSize)} unpacked, in ${seconds.toFixed(1)} s`;
  const rows = largest
    .slice(0, 8)
    .map((entry): [string, string] => [`  ${entry.path}`, formatBytes(entry.size)]);
  return [head, "What takes the space, unpacked:", ...formatTable(rows)];
}
