import { lookUp } from "./directory.ts";
import { type Dentry, isDirectory, isLink } from "./inode.ts";
import { fail } from "./kernel-fault.ts";
import { type MountTree, type Place, topOf } from "./mount-tree.ts";

/** Where a walk starts, and what it may not leave. */
export interface Walker {
  readonly tree: MountTree;
  /** The root of the process. */
  readonly root: Place;
  /** Where a relative path starts. */
  readonly start: Place;
  /** How many symbolic links the whole walk has followed so far. */
  readonly links: { followed: number };
}

/** The last step of a path: a directory and what the path calls in it. */
export interface LastStep {
  readonly parent: Place;
  /** A name, `.`, `..`, or `/` for the root itself. */
  readonly name: string;
  /** Whether a slash follows, which asks for a directory. */
  readonly slash: boolean;
}

/** How long a path may be, in bytes. */
export const longestPath = 4095;
const longestName = 255;
const mostLinks = 40;

/** What `path` leads to. Symbolic links are followed, a last one only with `follow` or a slash. */
export function walk(walker: Walker, path: string, follow = true): Place {
  return finish(walker, walkToLast(walker, path), follow);
}

/** Takes the last step; ENOENT when nothing is there. */
export function finish(walker: Walker, last: LastStep, follow: boolean): Place {
  if (last.name === "/") return last.parent;
  const place = step(walker, last.parent, last.name) ?? fail("ENOENT");
  const arrived =
    isLink(place.dentry.inode) && (follow || last.slash)
      ? followLink({ ...walker, start: last.parent }, place.dentry)
      : place;
  if (last.slash && !isDirectory(arrived.dentry.inode)) fail("ENOTDIR");
  return arrived;
}

/** Walks all but the last step of `path`. */
export function walkToLast(walker: Walker, path: string): LastStep {
  if (path === "") fail("ENOENT");
  if (byteLength(path) > longestPath) fail("ENAMETOOLONG");
  const names = path.split("/").filter((name) => name !== "");
  const name = names.pop() ?? "/";
  const from = path.startsWith("/") ? walker.root : walker.start;
  const parent = names.reduce((start, each) => pass({ ...walker, start }, each), from);
  if (!isDirectory(parent.dentry.inode)) fail("ENOTDIR");
  return { parent, name, slash: path.endsWith("/") };
}

/** Goes through a name that others follow: a directory, or a link to one. */
function pass(walker: Walker, name: string): Place {
  const place = step(walker, walker.start, name) ?? fail("ENOENT");
  const arrived = isLink(place.dentry.inode) ? followLink(walker, place.dentry) : place;
  return isDirectory(arrived.dentry.inode) ? arrived : fail("ENOTDIR");
}

/** What a symbolic link, met in the directory where the walker stands, leads to in the end. */
function followLink(walker: Walker, link: Dentry): Place {
  walker.links.followed += 1;
  if (walker.links.followed > mostLinks) fail("ELOOP");
  return finish(walker, walkToLast(walker, link.inode.target), true);
}

/** One step down, up, or nowhere; `undefined` when the name is not there. */
export function step({ tree, root }: Walker, from: Place, name: string): Place | undefined {
  if (!isDirectory(from.dentry.inode)) fail("ENOTDIR");
  from.mount.expiring = false;
  if (name === ".") return from;
  if (name === "..") return topOf(tree, above(from, root));
  if (byteLength(name) > longestName) fail("ENAMETOOLONG");
  const dentry = lookUp(from.dentry, name);
  return dentry && topOf(tree, { mount: from.mount, dentry });
}

/** The directory above; the root of the process, and of a detached mount, is above itself. */
function above(place: Place, root: Place): Place {
  let at = place;
  while (!isSame(at, root) && at.dentry === at.mount.root && at.mount.place !== undefined) {
    at = at.mount.place;
  }
  if (isSame(at, root) || at.dentry === at.mount.root) return at;
  return { mount: at.mount, dentry: at.dentry.parent };
}

/** Whether two places are one. */
export function isSame(a: Place, b: Place): boolean {
  return a.mount === b.mount && a.dentry === b.dentry;
}

/** The path of `place` as seen from `root`, as getcwd(2) and `/proc/self/mountinfo` show it. */
export function pathOf(place: Place, root: Place): string {
  const names: string[] = [];
  let at = place;
  while (!isSame(at, root)) {
    if (at.dentry !== at.mount.root) {
      names.unshift(at.dentry.name);
      at = { mount: at.mount, dentry: at.dentry.parent };
    } else if (at.mount.place !== undefined) at = at.mount.place;
    else break;
  }
  return `/${names.join("/")}`;
}

/** The length of `text` as the kernel counts it. */
export function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
