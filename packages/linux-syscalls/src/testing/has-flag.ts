/** Whether any of the `wanted` flags is set. */
export function hasFlag(flags: number, wanted: number): boolean {
  return (flags & wanted) !== 0;
}
