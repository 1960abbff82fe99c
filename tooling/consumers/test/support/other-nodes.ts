import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { run } from "./run.ts";

/** Where the command, too, keeps what is dear to make. */
export const cache: string = join(
  process.env["XDG_CACHE_HOME"] ?? `${homedir()}/.cache`,
  "earlyboot",
);

/** A Node to run examples on. */
export interface NodeBinary {
  readonly name: string;
  /** Undefined when it is neither kept from an earlier run nor can be fetched. */
  readonly file: string | undefined;
}

/** The Node that runs this, and the newest 22 and 26, which are fetched once and kept. */
export async function nodes(): Promise<readonly NodeBinary[]> {
  const current = { name: `Node ${process.versions.node}`, file: process.execPath };
  const others = [22, 26].filter((major) => !process.version.startsWith(`v${major}.`));
  return [current, ...(await Promise.all(others.map(newest)))];
}

async function newest(major: number): Promise<NodeBinary> {
  const directory = join(cache, "nodes", String(major));
  const packageName = `node-linux-${process.arch}`;
  const file = join(directory, "node_modules", packageName, "bin/node");
  if (!existsSync(file)) {
    mkdirSync(directory, { recursive: true });
    const fetch = ["npm", "install", "--no-audit", "--no-fund", "--prefix", directory];
    await run([...fetch, `${packageName}@${major}`], { env: { HOME: homedir() } });
  }
  return { name: `Node ${major}`, file: existsSync(file) ? file : undefined };
}
