/**
 * The name by which the kernel knows a module: of a path the last part without `.ko` and what
 * follows, and `_` for every `-`, since the kernel takes the two for the same.
 */
export function moduleName(pathOrName: string): string {
  const start = pathOrName.lastIndexOf("/") + 1;
  const dot = pathOrName.indexOf(".", start);
  const base = pathOrName.slice(start, dot === -1 ? pathOrName.length : dot);
  return base.includes("-") ? base.replaceAll("-", "_") : base;
}
