import { existsSync, globSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the repository. */
export const root: string = fileURLToPath(new URL("../../../..", import.meta.url)).replace(
  /\/$/,
  "",
);

/** What is read of a package.json. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** A package in a directory. */
export interface PackageDirectory {
  readonly directory: string;
  readonly manifest: Manifest;
}

/** Every package of the workspace that is published. */
export function publishedPackages(): readonly PackageDirectory[] {
  return globSync("{packages,apps}/*/package.json", { cwd: root })
    .toSorted()
    .map((file) => packageAt(join(root, dirname(file))))
    .filter(({ manifest }) => manifest.private !== true);
}

/** What the given packages need of others, and those in turn, as far as it is installed. */
export function foreignPackages(of: readonly PackageDirectory[]): readonly PackageDirectory[] {
  const found = new Map<string, PackageDirectory>();
  const queue = of.flatMap(needed);
  for (const next of queue) {
    if (found.has(next.manifest.name)) continue;
    found.set(next.manifest.name, next);
    queue.push(...needed(next));
  }
  return [...found.values()];
}

/** Where `name` is installed for a module in `directory`. */
export function findInstalled(name: string, directory: string): string | undefined {
  const candidate = join(directory, "node_modules", name);
  if (existsSync(candidate)) return realpathSync(candidate);
  return directory === "/" ? undefined : findInstalled(name, dirname(directory));
}

/** The package in `directory`. */
export function packageAt(directory: string): PackageDirectory {
  const manifest: Manifest = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
  return { directory, manifest };
}

function needed({ directory, manifest }: PackageDirectory): readonly PackageDirectory[] {
  const names = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
  return names
    .filter((name) => !name.startsWith("@earlyboot/"))
    .map((name) => findInstalled(name, directory))
    .filter((each) => each !== undefined)
    .map(packageAt);
}
