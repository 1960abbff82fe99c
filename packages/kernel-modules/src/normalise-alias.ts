/** `-` is the same as `_` everywhere but in a set: `[0-9]`. */
export function normaliseAlias(alias: string): string {
  if (!alias.includes("-")) return alias;
  return alias.replace(/\[[^\]]*\]|-/g, (piece) => (piece === "-" ? "_" : piece));
}
