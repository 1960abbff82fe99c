import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hostArchitecture } from "@earlyboot/earlyboot";
import { findProgram } from "../../src/build/checker-programs.ts";
import { cacheDirectory } from "../../src/cache-directory.ts";
import { run } from "./make-disks.ts";

const image = join(cacheDirectory(), "test-images", "debian-root.ext4");

/** Why no Debian can be made here; `undefined` when one can, or is there already. */
export async function whyNoDebian(): Promise<string | undefined> {
  if (existsSync(image)) return undefined;
  if (process.getuid?.() !== 0) return "needs root, for debootstrap";
  if (findProgram("debootstrap") === undefined) return "needs debootstrap";
  const archive = findArchive();
  if (archive === undefined) return "needs a Debian archive among the sources of apt";
  const answer = await fetch(`${archive.uri}dists/${archive.suite}/Release`, {
    method: "HEAD",
    signal: AbortSignal.timeout(15_000),
  }).catch(() => undefined);
  return answer?.ok ? undefined : "needs the Debian archive, which does not answer";
}

/**
 * An ext4 image, labelled `debian`, with a Debian whose init is systemd, and which asks root for no
 * password. Made once, then kept.
 */
export function debianRoot(): string {
  if (existsSync(image)) return image;
  const part = `${image}.part`;
  const tree = `${part}.d`;
  const archive = findArchive();
  if (archive === undefined) throw new Error("no archive");
  rmSync(tree, { recursive: true, force: true });
  mkdirSync(tree, { recursive: true });
  const packages = "--include=systemd-sysv,udev,kmod";
  run("debootstrap", ["--variant=minbase", packages, archive.suite, tree, archive.uri]);
  const shadow = join(tree, "etc/shadow");
  writeFileSync(shadow, readFileSync(shadow, "utf8").replace(/^root:[^:]*:/m, "root::"));
  run("mke2fs", ["-q", "-F", "-t", "ext4", "-d", tree, "-L", "debian", part, "900M"]);
  rmSync(tree, { recursive: true });
  renameSync(part, image);
  return image;
}

/** The archive that apt uses here. */
function findArchive(): { readonly uri: string; readonly suite: string } | undefined {
  const format = "$(ORIGIN) $(COMPONENT) $(ARCHITECTURE) $(CODENAME) $(REPO_URI)";
  const architecture = hostArchitecture() === "arm64" ? "arm64" : "amd64";
  const lines = run("apt-get", ["indextargets", "--format", format, "Created-By: Packages"]).split(
    "\n",
  );
  const found = lines
    .map((line) => line.split(" "))
    .find(
      ([origin, component, of, codename = ""]) =>
        origin === "Debian" &&
        component === "main" &&
        of === architecture &&
        !codename.includes("-"),
    );
  const [, , , suite, uri] = found ?? [];
  return suite === undefined || uri === undefined ? undefined : { suite, uri };
}
