import type { Linux } from "@earlyboot/linux-syscalls";
import { unescapeOctal } from "./octal-escapes.ts";

interface Mount {
  readonly id: string;
  readonly parent: string;
  readonly path: string;
}

/** The mount points on the mount that shows at `path`, and on those, parents first. See proc_pid_mountinfo(5). */
export function mountsBelow(linux: Pick<Linux, "readText">, path: string): readonly string[] {
  const mounts = linux.readText("/proc/self/mountinfo").split("\n").flatMap(readMount);
  const here = mounts.filter((mount) => mount.path === path);
  const covered = new Set(here.map(({ parent }) => parent));
  const shown = here.find(({ id }) => !covered.has(id));
  return shown === undefined ? [] : childrenOf(shown, mounts);
}

function childrenOf(mount: Mount, mounts: readonly Mount[]): readonly string[] {
  return mounts
    .filter(({ parent, id }) => parent === mount.id && id !== mount.id)
    .flatMap((child) => [child.path, ...childrenOf(child, mounts)]);
}

function readMount(line: string): readonly Mount[] {
  const [id, parent, , , path] = line.split(" ");
  if (id === undefined || parent === undefined || path === undefined) return [];
  return [{ id, parent, path: unescapeOctal(path) }];
}
