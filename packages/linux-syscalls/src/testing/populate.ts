import { MountFlag } from "../constants.ts";
import { makedev } from "../device-number.ts";
import { type FileTree, plantFile, plantFiles } from "./file-tree.ts";
import { putDirectory } from "./generate.ts";
import type { Kernel } from "./kernel.ts";
import { makeMount } from "./mount-tree.ts";
import { openPlace } from "./open-place.ts";
import type { Singletons } from "./register-types.ts";
import type { SimulationOptions } from "./simulation-options.ts";
import type { SuperBlock } from "./super-block.ts";

/** What an image has in its `/dev`: without them no program could begin. */
const imageNodes: FileTree = {
  "/dev/console": { kind: "character", device: makedev(5, 1), mode: 0o600 },
  "/dev/null": { kind: "character", device: makedev(1, 3), mode: 0o666 },
};

/** Plants the described files where they will be seen. */
export function plant(
  { process }: Kernel,
  { files = {}, programs = {}, start }: SimulationOptions,
  { proc, sysfs, devtmpfs }: Singletons,
): void {
  const root = process.root.mount.superBlock;
  for (const path of ["/dev", "/mnt", "/proc", "/root", "/run", "/sys", "/tmp"])
    putDirectory(root, path);
  const homes: readonly (readonly [prefix: string, superBlock: SuperBlock])[] = [
    ["/proc", proc],
    ["/sys", sysfs],
    ...(start === "bare" ? [] : [["/dev", devtmpfs] as const]),
  ];
  plantFiles(root, imageNodes);
  const described: FileTree = {
    ...files,
    ...Object.fromEntries(
      Object.entries(programs).map(([path, program]) => [path, { kind: "file", program }] as const),
    ),
  };
  for (const [path, file] of Object.entries(described)) {
    const home = homes.find(([prefix]) => path.startsWith(`${prefix}/`));
    plantFile(home?.[1] ?? root, home === undefined ? path : path.slice(home[0].length), file);
  }
}

/** Mounts `/proc`, `/sys` and `/dev`. */
export function mountEssentials({ tree, process }: Kernel, singletons: Singletons): void {
  const { mount } = process.root;
  const rows = [
    ["/proc", "proc", singletons.proc],
    ["/sys", "sysfs", singletons.sysfs],
    ["/dev", "devtmpfs", singletons.devtmpfs],
  ] as const;
  for (const [path, source, superBlock] of rows) {
    const made = makeMount(tree, {
      superBlock,
      root: superBlock.root,
      source,
      flags: MountFlag.RelAtime,
    });
    made.place = { mount, dentry: putDirectory(mount.superBlock, path) };
    tree.mounts.push(made);
  }
}

/** The kernel starts a program with its console as the descriptors 0, 1 and 2. */
export function openConsole(kernel: Kernel): void {
  const { descriptors, root } = kernel.process;
  const file = openPlace(kernel, root, "/dev/console", { access: "read-write" });
  for (const descriptor of [0, 1, 2]) descriptors.set(descriptor, file);
}
