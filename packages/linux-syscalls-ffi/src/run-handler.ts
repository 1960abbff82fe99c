/**
 * Calls a function that a caller gave. What it throws, or rejects with, is a process warning: it is
 * the caller's mistake, but it comes at a time when nobody could catch it, and would end the
 * process.
 */
export async function runHandler(name: string, handler: () => unknown): Promise<void> {
  try {
    await handler();
  } catch {
    process.emitWarning(`${name} threw; what it threw is lost`, "EarlybootWarning");
  }
}
