/** Bundles `entry` as a script for Bare, into the file `outfile`. */
export function bundleForBare(
  entry: string,
  outfile: string,
  format: "cjs" | "function" | "iife",
): Promise<unknown>;
