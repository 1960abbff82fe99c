import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { it } from "@jest/globals";

const require = createRequire(import.meta.url);

/** The executable of Bare, which is an optional package. */
export const bare: string | undefined = fileIn("bare-runtime-linux-x64/package", "bin/bare");

/** ffi-rs for the same machine. */
export const addon: string | undefined = fileIn(
  "@yuuang/ffi-rs-linux-x64-gnu/package.json",
  "ffi-rs.linux-x64-gnu.node",
);

function fileIn(manifest: string, path: string): string | undefined {
  try {
    return join(dirname(require.resolve(manifest)), path);
  } catch {
    return undefined;
  }
}

/** A test that needs Bare: without it, it is skipped, and its title says why. */
export function itOnBare(title: string, check: () => void | Promise<void>): void {
  const missing = bare === undefined || addon === undefined;
  if (missing) it.skip(`${title} (skipped: needs bare-runtime-linux-x64)`, check);
  else it(title, check, 120_000);
}
