import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect } from "@jest/globals";
import {
  findStaticBusybox,
  makeScratchRoot,
  scratchInit,
  type ScratchFacts,
} from "@earlyboot/earlyboot";
import { testKernel } from "../support/boot-environment.ts";
import { bootGuest, scratchFile } from "../support/boot-guest.ts";
import { bootTest } from "../support/boot-test.ts";
import { run } from "../support/make-disks.ts";

/**
 * The real init tells how much memory is free once the kernel has dropped what it can read again, and frees no more by
 * itself: the executable of the boot program goes when the real init runs already.
 */
const tellMemory = scratchInit.replace(
  "exec > $facts",
  `exec > $facts
/bin/busybox sync
echo 3 > /proc/sys/vm/drop_caches
free() { /bin/busybox sed -n 's/^MemFree: *\\([0-9]*\\).*/\\1/p' /proc/meminfo; }
before=0
now=$(free)
while [ "$now" -gt "$((before + 256))" ]; do
  /bin/busybox sleep 1
  before=$now
  now=$(free)
done
echo "earlyboot-scratch: environment free=$now"`,
);

function freeMemory({ environment }: ScratchFacts): number {
  return Number(environment.find((line) => line.startsWith("free="))?.slice("free=".length));
}

/** The least that an initramfs can be which gets this root: a static busybox and these modules. */
async function makeTinyImage(modules: readonly string[]): Promise<string> {
  const tree = scratchFile("tiny");
  for (const name of ["bin", "dev", "modules", "proc", "root", "sys"]) {
    mkdirSync(join(tree, name), { recursive: true });
  }
  copyFileSync(await findStaticBusybox(), join(tree, "bin/busybox"));
  const files = modules.map(moduleFile);
  for (const file of files) copyFileSync(file, join(tree, "modules", basename(file)));
  const init = `#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mount -t devtmpfs devtmpfs /dev
exec < /dev/console > /dev/console 2>&1
${files.map((file) => `/bin/busybox insmod /modules/${basename(file)}`).join("\n")}
until [ -b /dev/vda ]; do /bin/busybox usleep 10000; done
/bin/busybox mount -t ext4 -o ro /dev/vda /root
for each in dev proc sys; do /bin/busybox mount -o move /$each /root/$each; done
exec /bin/busybox switch_root /root /sbin/init
`;
  writeFileSync(join(tree, "init"), init, { mode: 0o755 });
  const image = scratchFile("tiny.img");
  run("sh", ["-c", `cd '${tree}' && find . | cpio --quiet -o -H newc > '${image}'`]);
  return image;
}

const moduleFiles = new Map<string, string>();

function moduleFile(name: string): string {
  const directory = testKernel()?.modules ?? "";
  if (moduleFiles.size === 0) {
    for (const entry of readdirSync(directory, { recursive: true, encoding: "utf8" })) {
      if (!entry.endsWith(".ko")) continue;
      moduleFiles.set(basename(entry, ".ko").replaceAll("-", "_"), join(directory, entry));
    }
  }
  const file = moduleFiles.get(name);
  if (file === undefined) throw new Error(`the kernel has no file of module ${name}`);
  return file;
}

bootTest(
  "boots with 256 MiB, and leaves at most 6 MiB less of them than the least initramfs that there can be",
  async () => {
    const file = scratchFile("root");
    await makeScratchRoot({ file, init: tellMemory });
    const machine = { disks: [{ file }], memory: 256, commandLine: "root=LABEL=earlyboot-root" };

    const facts = await (await bootGuest(machine)).reachedInit();
    const loaded = facts.report?.modules.filter(({ outcome }) => outcome === "loaded") ?? [];
    const image = await makeTinyImage(loaded.map(({ name }) => name));
    const planCannotKnow = "what another init than earlyboot's does";
    const least = await (await bootGuest({ ...machine, image, planCannotKnow })).reachedInit();

    const [left, most] = [freeMemory(facts), freeMemory(least)];
    console.log(`free in the real init: ${left} KiB, after the least initramfs ${most} KiB`);
    expect(left).toBeGreaterThan(most - 6 * 1024);
  },
  { programs: ["cpio"] },
);
