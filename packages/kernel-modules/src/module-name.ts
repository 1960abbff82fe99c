/**
 * The name by which the kernel knows a module: of a path the last part without `.ko` and what
 * follows, and `_` for every `-`, since the kernel takes the two for the same.
 */
export function moduleName(pathOrName: string): string {
  const base = pathOrName.slice(pathOrName.lastIndexOf("/") + 1);
  const dot = base.indexOf(".");
  return (dot === -1 ? base : base.slice(0, dot)).replaceAll("-", "_");
}
