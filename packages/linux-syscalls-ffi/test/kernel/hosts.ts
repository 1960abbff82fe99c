import { execFileSync } from "node:child_process";

/** A Node and a backend on which the scenarios run. */
export interface Host {
  readonly title: string;
  readonly backend: "ffi-rs" | "node:ffi";
  /** The program; `undefined` when it is not to be had here. */
  readonly node: string | undefined;
  /** What runs a program for another kind of machine. */
  readonly emulator?: readonly string[];
  /** The path of ffi-rs's `.node` file, where it is not the installed one. */
  readonly addon?: string;
}

/** The running Node, the oldest and the newest that are supported; on the newest, both backends. */
export function hosts(): readonly Host[] {
  const [oldest, newest] = [fetchNode("22"), fetchNode("26")];
  return [
    { title: `Node ${process.versions.node}, ffi-rs`, backend: "ffi-rs", node: process.execPath },
    { title: titleOf("22", oldest, "ffi-rs"), backend: "ffi-rs", node: oldest },
    { title: titleOf("26", newest, "ffi-rs"), backend: "ffi-rs", node: newest },
    { title: titleOf("26", newest, "node:ffi"), backend: "node:ffi", node: newest },
  ];
}

function titleOf(version: string, node: string | undefined, backend: string): string {
  const reason = node === undefined ? " (skipped: npx could not fetch it)" : "";
  return `Node ${version}, ${backend}${reason}`;
}

/** The path of another Node, which npx fetches once and keeps in its cache. */
function fetchNode(version: string): string | undefined {
  const name = `node-linux-${process.arch}@${version}`;
  const { NODE_OPTIONS: _, ...environment } = process.env;
  try {
    const command = ["--yes", "--prefer-offline", "-p", name, "-c", "node -p process.execPath"];
    const stdio = ["ignore", "pipe", "ignore"] as const;
    const options = { encoding: "utf8", env: environment, timeout: 180_000, stdio: [...stdio] };
    const path = execFileSync("npx", command, { ...options, encoding: "utf8" }).trim();
    return path.includes("node-linux-") ? path : undefined;
  } catch {
    return undefined;
  }
}
