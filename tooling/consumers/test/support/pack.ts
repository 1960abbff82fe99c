import { mkdirSync, globSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Packed } from "./registry.ts";
import { output } from "./run.ts";
import { type PackageDirectory, packageAt, root } from "./workspace.ts";

/** Packs what is published, as it would be published, into `directory`. */
export async function packWorkspace(directory: string): Promise<readonly Packed[]> {
  const pnpm = join(root, "node_modules/.bin/pnpm");
  await output(
    [
      pnpm,
      "-r",
      "--filter=./packages/*",
      "--filter=./apps/*",
      "pack",
      "--pack-destination",
      directory,
    ],
    { cwd: root },
  );
  return Promise.all(globSync(join(directory, "*.tgz")).toSorted().map(unpackManifest));
}

/** Packs installed packages of others, so that nothing has to be fetched. */
export async function packInstalled(
  packages: Iterable<PackageDirectory>,
  directory: string,
): Promise<readonly Packed[]> {
  mkdirSync(directory, { recursive: true });
  return Promise.all(
    [...packages].map(async ({ directory: source, manifest }) => {
      const tarball = join(directory, `${manifest.name.replaceAll("/", "-")}.tgz`);
      const inside = `s,^${basename(source)},package,`;
      await output([
        "tar",
        "-czf",
        tarball,
        "--exclude=node_modules",
        "-C",
        dirname(source),
        "--transform",
        inside,
        basename(source),
      ]);
      return { manifest, directory: source, tarball };
    }),
  );
}

/** The manifest is read from the tarball: it is not the one of the workspace. */
async function unpackManifest(tarball: string): Promise<Packed> {
  const directory = tarball.replace(/\.tgz$/, "");
  mkdirSync(directory);
  await output(["tar", "-xzf", tarball, "-C", directory, "--strip-components=1"]);
  return { ...packageAt(directory), tarball };
}
