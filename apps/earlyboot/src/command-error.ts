/** What a command tells a person instead of its result: one paragraph, and no stack. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly code = "COMMAND_FAILED";
}

/** The words of an error, whatever was thrown. */
export function errorText(error: unknown): string {
  return error instanceof Object && "message" in error ? String(error.message) : String(error);
}
