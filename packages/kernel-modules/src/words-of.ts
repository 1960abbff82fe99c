/** What was thrown, in its own words; also an error of another JavaScript realm. */
export function wordsOf(error: unknown): string {
  const isError = typeof error === "object" && error !== null && "message" in error;
  return String(isError ? error.message : error);
}
