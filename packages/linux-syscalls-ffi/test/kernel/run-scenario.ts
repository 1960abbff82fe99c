import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

import type { Host } from "./hosts.ts";

/** How a scenario's process ended, and what it wrote. */
export interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Long enough for a slow machine; only ends what hangs. */
const timeout = 50_000;

const file = new URL("scenarios.ts", import.meta.url).pathname;

/** New namespaces for mounts, network and processes; whoever is not root needs one for users too. */
const namespaces = [
  "unshare",
  ...(process.getuid?.() === 0 ? [] : ["--user", "--map-root-user"]),
  "--mount",
  "--net",
  "--pid",
  "--fork",
  "--kill-child",
  "--mount-proc",
] as const;

/** Why scenarios cannot run here; `undefined` when they can. */
export const obstacle: string | undefined =
  start([...namespaces, "true"]).status === 0 ? undefined : "needs namespaces";

/** Whether loop devices can be made here. */
export const hasLoopDevices: boolean = process.getuid?.() === 0 && existsSync("/dev/loop-control");

/** Runs a scenario as the first process of new namespaces. */
export function runScenario(host: Host, name: string): Run {
  const { emulator = [], node = "", backend, addon = "" } = host;
  return start([...namespaces, ...emulator, node, file, name, backend, addon]);
}

/** Runs a scenario with a terminal as its standard streams. */
export function runInTerminal(host: Host, name: string): Run {
  const command = `exec ${host.node ?? ""} ${file} ${name} ${host.backend}`;
  return start([...namespaces, "script", "-qec", command, "/dev/null"]);
}

/** The result of a scenario: the last line that it prints. */
export function resultOf(run: Run): unknown {
  const line = run.stdout.trim().split("\n").at(-1) ?? "";
  if (run.status !== 0 || line === "") throw new Error(`${run.status}: ${run.stdout}${run.stderr}`);
  return JSON.parse(line);
}

function start([program = "", ...args]: readonly string[]): Run {
  const { NODE_OPTIONS: _, ...rest } = process.env;
  const env = { ...rest, NODE_NO_WARNINGS: "1", UV_THREADPOOL_SIZE: "16" };
  const options = { encoding: "utf8", env, timeout, killSignal: "SIGKILL" } as const;
  const { status, stdout, stderr } = spawnSync(program, args, options);
  return { status, stdout, stderr };
}
