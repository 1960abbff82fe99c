import { globSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { release } from "node:os";
import { dirname, join } from "node:path";
import type { Example } from "./examples.ts";
import { cache } from "./other-nodes.ts";
import { simulatedAdapter, simulatedLinux, stageOf } from "./stages.ts";
import { type Ended, output, run } from "./run.ts";
import { root } from "./workspace.ts";

/** An empty project into which packages are installed. */
export interface Project {
  readonly manager: "npm" | "pnpm";
  readonly directory: string;
}

/** Makes the project and installs `packages` into it, from `registry` alone. */
export async function install(
  { manager, directory }: Project,
  packages: readonly string[],
  registry: string,
): Promise<void> {
  const dependencies = Object.fromEntries(packages.map((name) => [name, "latest"]));
  write(directory, {
    "package.json": JSON.stringify({ name: "consumer", type: "module", dependencies }),
    "simulated-adapter.js": simulatedAdapter,
    "simulated-linux.js": simulatedLinux,
  });
  const npm = ["npm", "install", "--no-audit", "--no-fund", "--no-update-notifier"];
  const pnpm = [join(root, "node_modules/.bin/pnpm"), "install", "--store-dir", "../store"];
  await output(manager === "npm" ? npm : pnpm, {
    cwd: directory,
    env: {
      HOME: join(directory, ".."),
      npm_config_registry: registry,
      npm_config_cache: join(directory, "../npm-cache"),
      pnpm_config_registry: registry,
      pnpm_config_minimum_release_age: "0",
    },
  });
}

/** Writes files, by their paths below `directory`. */
export function write(directory: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
}

/** Puts the big package with Node itself, which the registry does not have, where it is looked for. */
export function linkNode({ directory }: Project, installed: string): void {
  const name = `node-linux-${process.arch}`;
  const seekers = globSync(`${directory}/node_modules/.pnpm/@earlyboot+initrd-image@*`);
  for (const seeker of [directory, ...seekers])
    symlinkSync(installed, join(seeker, "node_modules", name));
}

/** Keeps the compressed Node between runs, which takes longer to make than all else here together. */
export function keepCache({ directory }: Project): void {
  const parts = join(cache, "parts");
  mkdirSync(parts, { recursive: true });
  symlinkSync(parts, join(directory, ".cache"));
}

/** Runs an example with `node`, where it finds only what the project has installed. */
export function runExample(project: Project, example: Example, node: string): Promise<Ended> {
  const cwd = project.directory;
  const stage = stageOf(example);
  if (stage?.machine !== undefined) {
    const env = { STAGE: JSON.stringify(stage) };
    return run([node, "--import", "./simulated-adapter.js", example.file], { cwd, env });
  }
  const prefix = example.subject === "initrd-image" ? withKernelModules(cwd) : [];
  return run([...prefix, node, example.file], { cwd });
}

/** Whether a namespace of one's own can be made, and an overlay mounted in it. */
export async function canOverlay(directory: string): Promise<boolean> {
  return (await run([...withKernelModules(directory), "true"])).status === 0;
}

/** A prefix by which a program sees modules of the running kernel, where all that it asks for is built in. */
function withKernelModules(directory: string): readonly string[] {
  write(`${directory}/lib/modules/${release()}`, {
    "modules.dep": "",
    "modules.builtin": ["virtio_pci", "virtio_blk", "ext4"].map((name) => `${name}.ko\n`).join(""),
  });
  const overlay = `mount -t overlay overlay -o lowerdir=${directory}/lib:/usr/lib /usr/lib`;
  return ["unshare", "-Urm", "sh", "-c", `${overlay} && exec "$@"`, "sh"];
}
