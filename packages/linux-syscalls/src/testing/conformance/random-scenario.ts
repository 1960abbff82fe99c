import { MountFlag, UmountFlag } from "../../constants.ts";
import type { Linux } from "../../linux.ts";
import { type ConformanceScenario, namesIn } from "./scenario.ts";

/** Something that is done with one or two paths. */
type Action = (linux: Linux, path: string, other: string) => unknown;

const bind = MountFlag.Bind;
const remount = MountFlag.Remount;

/** A mount of `path` that names nothing but its target and flags. */
function change(flags: number): Action {
  return (linux, path) => linux.mount({ target: path, flags });
}

/** A mount of `path` at another path. */
function attach(flags: number): Action {
  return (linux, path, other) => linux.mount({ source: path, target: other, flags });
}

const actions: readonly (readonly [name: string, weight: number, action: Action])[] = [
  ["mkdir", 3, (linux, path) => linux.mkdir(path)],
  ["rmdir", 1, (linux, path) => linux.rmdir(path)],
  ["unlink", 1, (linux, path) => linux.unlink(path)],
  ["rename", 1, (linux, path, other) => linux.rename(path, other)],
  ["link", 1, (linux, path, other) => linux.link(path, other)],
  ["symlink", 1, (linux, path, other) => linux.symlink(path, other)],
  ["write", 2, (linux, path, other) => linux.writeFile(path, other)],
  ["write new", 1, (linux, path) => linux.writeFile(path, "", { how: "exclusive" })],
  ["read", 1, (linux, path) => linux.readText(path)],
  ["stat", 1, (linux, path) => [linux.stat(path).mode, linux.stat(path).links]],
  ["lstat", 1, (linux, path) => linux.lstat(path).mode],
  ["list", 1, (linux, path) => namesIn({ linux }, path)],
  ["statfs", 1, (linux, path) => linux.statfs(path).flags],
  ["tmpfs", 3, (linux, path) => linux.mount({ source: "t", target: path, type: "tmpfs" })],
  ["bind", 1, attach(bind)],
  ["bind all", 1, attach(bind | MountFlag.Recursive)],
  ["move", 1, attach(MountFlag.Move)],
  ["umount", 2, (linux, path) => linux.umount2(path)],
  ["umount lazily", 1, (linux, path) => linux.umount2(`${path}/a`, UmountFlag.Detach)],
  ["read-only", 1, change(remount | MountFlag.ReadOnly)],
  ["writable", 1, change(remount)],
  ["bind read-only", 1, change(remount | bind | MountFlag.ReadOnly)],
  ["bind writable", 1, change(remount | bind)],
  ["shared", 1, change(MountFlag.Shared)],
  ["private", 1, change(MountFlag.Private)],
  ["slave", 1, change(MountFlag.Slave)],
  ["unbindable", 1, change(MountFlag.Unbindable)],
];

const chances = actions.flatMap((row) => Array.from({ length: row[1] }, () => row));

/** How many things a random scenario does. */
const length = 60;

/** A scenario of things done at random; the same `seed` gives the same ones. */
export function randomScenario(seed: number): ConformanceScenario {
  return {
    title: `random things, seed ${seed}`,
    run: ({ linux, base, see }) => {
      const draw = randomNumbers(seed);
      for (const path of ["a", "b", "a/b", "b/c", "a/b/c"]) linux.mkdir(path);
      for (const path of ["c", "b/b"]) linux.writeFile(path, path);
      for (let i = 0; i < length; i++) {
        const [name, , action] = pick(chances, draw);
        const [path, other] = [randomPath(draw), randomPath(draw)];
        see(`${i} ${name} ${path} ${other}`, () => action(linux, path, other));
        see(`${i} mounts`, () => mountsAt(linux, base));
      }
    },
  };
}

/** Three names at three depths, now and then with a dot or a slash too many. */
function randomPath(draw: (below: number) => number): string {
  const names = Array.from({ length: 1 + draw(3) }, () => pick(["a", "b", "c"], draw));
  if (draw(12) === 0) names.push(".");
  if (draw(12) === 0) names.push("..");
  return `${names.join("/")}${draw(12) === 0 ? "/" : ""}`;
}

function pick<T>(from: readonly T[], draw: (below: number) => number): T {
  const picked = from[draw(from.length)];
  if (picked === undefined) throw new RangeError("nothing to pick from");
  return picked;
}

/** Numbers that look random (xorshift), each below what is asked. */
function randomNumbers(seed: number): (below: number) => number {
  let state = Math.imul(seed, 2654435761) | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** What is mounted at and below `base`, in no order that depends on numbers. */
function mountsAt(linux: Linux, base: string): readonly string[] {
  return linux
    .readText("/proc/self/mountinfo")
    .split("\n")
    .map((line) => line.split(" "))
    .filter(([, , , , target = ""]) => `${target}/`.startsWith(`${base}/`))
    .map(([, , , root, target, options, ...tags]) =>
      [target, root, options, ...tags.slice(0, tags.indexOf("-"))].join(" ").replace(/:\d+/g, ":N"),
    )
    .toSorted();
}
