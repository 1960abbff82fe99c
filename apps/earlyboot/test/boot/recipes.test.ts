import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { makeScratchRoot } from "@earlyboot/earlyboot";
import { writeTree } from "@earlyboot/initrd-image";
import { planInitrd } from "../../src/build/build-initrd.ts";
import { testKernel } from "../support/boot-environment.ts";
import { bootGuest, scratchFile } from "../support/boot-guest.ts";
import { bootTest } from "../support/boot-test.ts";
import { run } from "../support/make-disks.ts";
import { recipe } from "../support/recipes.ts";

/** What `earlyboot tree` writes for a guest. */
async function makeTree(): Promise<string> {
  const kernel = testKernel();
  if (kernel === undefined) throw new Error("no kernel");
  const plan = await planInitrd({
    architecture: "x64",
    kernelVersion: kernel.version,
    modulesDirectory: kernel.modules,
    modules: "guest",
    fileSystems: ["ext4"],
  });
  const { directory } = await writeTree(plan, scratchFile("tree"));
  return directory;
}

async function boots(image: string) {
  const root = scratchFile("root");
  await makeScratchRoot({ file: root });
  const guest = await bootGuest({
    image,
    disks: [{ file: root }],
    commandLine: "root=LABEL=earlyboot-root",
  });
  await guest.reachedInit();
}

/** The lines of a recipe behind `pnpm earlyboot tree`, run where the image is to be; a low level will do here. */
function pack(words: string, tree: string): string {
  const [, ...lines] = recipe(words)
    .replaceAll("/tmp/tree", tree)
    .replace("zstd -T0 -18", "zstd -1")
    .split("\n");
  run("sh", ["-ec", `cd "$1"\n${lines.join("\n")}`, "sh", dirname(tree)]);
  return join(dirname(tree), "earlyboot.img");
}

bootTest(
  "boots the tree that cpio has packed",
  async () => boots(pack("### cpio", await makeTree())),
  { programs: ["cpio", "zstd"] },
);

bootTest(
  "boots the tree that dracut has packed",
  async () => boots(pack("### dracut", await makeTree())),
  { programs: ["dracut"] },
);

bootTest(
  "boots the tree that initramfs-tools has packed, over its own",
  async () => {
    const tree = await makeTree();
    const [configuration, image] = [scratchFile("initramfs-tools"), scratchFile("image")];
    for (const name of ["hooks", "scripts", "conf.d"]) {
      mkdirSync(join(configuration, name), { recursive: true });
    }
    writeFileSync(
      join(configuration, "initramfs.conf"),
      "MODULES=list\nBUSYBOX=auto\nCOMPRESS=lz4\n",
    );
    writeFileSync(join(configuration, "modules"), "");
    const hook = recipe("### initramfs-tools").replaceAll("/tmp/tree", tree);
    writeFileSync(join(configuration, "hooks/earlyboot"), hook, { mode: 0o755 });
    const { modules = "", version = "", file = "" } = testKernel() ?? {};
    const script = `
      mount --bind "$1" /lib/modules && mount --bind "$2" /boot
      exec mkinitramfs -d "$3" -o "$4" "$5"`;
    const places = [dirname(modules), dirname(file), configuration, image, version];

    run("unshare", ["--mount", "sh", "-ec", script, "sh", ...places]);

    await boots(image);
  },
  {
    programs: ["mkinitramfs", "lz4", "unshare"],
    reason: process.getuid?.() === 0 ? undefined : "needs root",
  },
);
