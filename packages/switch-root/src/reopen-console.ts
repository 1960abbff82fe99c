import type { Linux } from "@earlyboot/linux-syscalls";

/** Puts standard input, output and error on `console`, opened anew. */
export function reopenConsole(
  linux: Pick<Linux, "close" | "dup2" | "open">,
  console: string,
): void {
  const descriptor = linux.open(console, { access: "read-write", noControllingTerminal: true });
  for (const standard of [0, 1, 2]) linux.dup2(descriptor, standard);
  if (descriptor > 2) linux.close(descriptor);
}
