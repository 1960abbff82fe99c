import { printable } from "@earlyboot/linux-syscalls";
import { formatDeviceSpecification } from "./device-specification.ts";
import { components, isFilePrefix } from "./file-names.ts";
import type { FileSystem } from "./file-system.ts";

/**
 * Puts file systems into an order in which they can be mounted: parents before children, what a bind mount's
 * source is on before it, dependencies first, otherwise as they come. A dependency that is not in the list comes before what needs it, unless it is not to
 * be mounted. What is meant by a dependency is known by its device and its mount point.
 *
 * @throws DependencyCycleError with all that wait for each other.
 */
export function sortForMounting(list: readonly FileSystem[]): readonly FileSystem[] {
  const all = [...list, ...missingDependencies(list)];
  const places = Map.groupBy(all, ({ mountPoint }) => pathOf(components(mountPoint)));
  const twins = Map.groupBy(all, identity);
  const ranks = new Map(all.map((fs, index) => [fs, index]));
  const rank = (fs: FileSystem): number => ranks.get(fs) ?? 0;
  const needs = (fs: FileSystem): readonly FileSystem[] =>
    [
      ...parentPaths(fs).flatMap((path) => places.get(path) ?? []),
      ...sourcePaths(fs).flatMap((path) => places.get(path) ?? []),
      ...declaredDependencies(fs).flatMap((dependency) => twins.get(identity(dependency)) ?? []),
    ].toSorted((a, b) => rank(a) - rank(b));
  return inOrder(list, needs);
}

/** What is needed, directly or not, and to be mounted, and not in the list. */
function missingDependencies(list: readonly FileSystem[]): readonly FileSystem[] {
  const seen = new Set(list.map(identity));
  const missing: FileSystem[] = [];
  const look = (fs: FileSystem): void => {
    for (const dependency of declaredDependencies(fs)) {
      const key = identity(dependency);
      if (seen.has(key) || !dependency.mount) continue;
      seen.add(key);
      missing.push(dependency);
      look(dependency);
    }
  };
  list.forEach(look);
  return missing;
}

function declaredDependencies(fs: FileSystem): readonly FileSystem[] {
  return fs.dependencies.filter((dependency) => typeof dependency !== "string");
}

function identity({ device, mountPoint }: FileSystem): string {
  return `${pathOf(components(mountPoint))}\0${formatDeviceSpecification(device)}`;
}

function parentPaths({ mountPoint }: FileSystem): readonly string[] {
  const names = components(mountPoint);
  return names.map((_, index) => pathOf(names.slice(0, index)));
}

/** Where a bind mount's source may be mounted. One that it covers itself it shows without what is there. */
function sourcePaths({ device, flags, mountPoint }: FileSystem): readonly string[] {
  if (device.path === undefined || !flags.includes("bind-mount")) return [];
  const names = components(device.path);
  return names
    .map((_, index) => pathOf(names.slice(0, index + 1)))
    .filter((path) => !isFilePrefix(mountPoint, path));
}

function pathOf(names: readonly string[]): string {
  return `/${names.join("/")}`;
}

/** Everything of `list` in its order, and before each one what it needs. */
function inOrder(
  list: readonly FileSystem[],
  needs: (fs: FileSystem) => readonly FileSystem[],
): readonly FileSystem[] {
  const done = new Set<FileSystem>();
  const waiting: FileSystem[] = [];
  const visit = (fs: FileSystem): void => {
    if (done.has(fs)) return;
    const first = waiting.indexOf(fs);
    if (first >= 0) throw new DependencyCycleError(waiting.slice(first));
    waiting.push(fs);
    needs(fs).forEach(visit);
    waiting.pop();
    done.add(fs);
  };
  list.forEach(visit);
  return [...done];
}

/** File systems wait for each other to be mounted. Its `code` is `DEPENDENCY_CYCLE`. */
export class DependencyCycleError extends Error {
  override readonly name: string = "DependencyCycleError";
  readonly code = "DEPENDENCY_CYCLE";
  /** Each needs the next one, and the last one the first. */
  readonly members: readonly FileSystem[];

  constructor(members: readonly FileSystem[]) {
    const [first] = members;
    const names = [...members, ...(first === undefined ? [] : [first])].map(
      ({ mountPoint }) => `"${printable(mountPoint)}"`,
    );
    super(`no order to mount in, since these need each other: ${names.join(" needs ")}`);
    this.members = members;
  }
}
