import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { imageEntries, readImage } from "@earlyboot/initrd-image";
import { describe, expect } from "@jest/globals";
import { itWith, run, temporaryDirectories } from "../support/tools.ts";

const temporaryDirectory = temporaryDirectories();
/** An unpacked linux-image-cloud-amd64 package of Debian, with depmod's tables. */
const tree = join(
  process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"),
  "earlyboot/kernels/cloud-amd64",
);
const versions = existsSync(join(tree, "lib/modules"))
  ? readdirSync(join(tree, "lib/modules"))
  : [];

/** Runs a generator where that kernel seems to be installed: in a mount namespace of its own. */
function generate(command: string): string {
  const output = join(temporaryDirectory(), "image");
  const script = `
    mkdir -p /lib/modules && mount --bind "$1/lib/modules" /lib/modules && mount --bind "$1/boot" /boot &&
    ${command}`;
  run("unshare", ["--mount", "sh", "-ec", script, "sh", tree, output, versions[0] ?? ""]);
  return output;
}

/** What is needed besides programs, as names that a skipped test shows. */
const needs = [
  "unshare",
  ...(process.getuid?.() === 0 ? [] : ["root"]),
  ...(versions.length > 0 ? [] : [tree]),
];

const pathsOf = async (image: string): Promise<readonly string[]> =>
  [...imageEntries(await readImage(image)).keys()].toSorted();

const sortedLines = (output: Buffer): readonly string[] =>
  output
    .toString()
    .split("\n")
    .filter((line) => line !== "")
    .toSorted();

describe("readImage", () => {
  itWith(
    [...needs, "mkinitramfs", "lsinitramfs"],
    "lists an image of initramfs-tools as lsinitramfs does",
    async () => {
      const image = generate('mkinitramfs -o "$2" "$3"');

      expect(await pathsOf(image)).toEqual(sortedLines(run("lsinitramfs", [image])));
    },
  );

  for (const compression of ["gzip", "lz4", "xz"]) {
    itWith(
      [...needs, "mkinitramfs", "lsinitramfs", "cpio", compression],
      `lists microcode and an image of initramfs-tools with ${compression} as lsinitramfs does`,
      async () => {
        const image = generate(`
          early=$(mktemp -d) && cd "$early" && mkdir -p kernel/x86/microcode
          echo made up > kernel/x86/microcode/AuthenticAMD.bin
          find kernel | cpio -o -H newc --quiet > "$2"
          # A few modules will do.
          cp -r /etc/initramfs-tools "$early/settings"
          sed -i 's/^MODULES=.*/MODULES=list/' "$early/settings/initramfs.conf"
          mkinitramfs -d "$early/settings" -c ${compression} -o "$early/image" "$3"
          cat "$early/image" >> "$2" && rm -r "$early"`);

        const { segments } = await readImage(image);
        expect(segments.map((segment) => segment.compression)).toEqual(["none", compression]);
        expect(await pathsOf(image)).toEqual(sortedLines(run("lsinitramfs", [image])));
      },
    );
  }

  itWith(
    [...needs, "mktirfs", "lsinitramfs"],
    "lists an image of tiny-initramfs as lsinitramfs does",
    async () => {
      const image = generate('mktirfs -o "$2" "$3"');

      expect(await pathsOf(image)).toEqual(sortedLines(run("lsinitramfs", [image])));
    },
  );

  itWith(
    [...needs, "dracut", "lsinitrd"],
    "lists an image of dracut as lsinitrd does",
    async () => {
      const image = generate(
        'dracut --force --no-hostonly --modules "base fs-lib" --kver "$3" "$2"',
      );
      const listing = run("lsinitrd", [image]).toString();

      const listed = listing.matchAll(
        /^[-dlcbps][-rwxsStT]{9} .* \w{3} +\d+ +\d\d:?\d\d (.*?)(?: -> .*)?$/gm,
      );
      expect(await pathsOf(image)).toEqual(Array.from(listed, ([, path = ""]) => path).toSorted());
    },
  );
});
