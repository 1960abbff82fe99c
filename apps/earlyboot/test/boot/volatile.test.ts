import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { expect } from "@jest/globals";
import { makeScratchRoot, scratchInit } from "@earlyboot/earlyboot";
import { bootGuest, scratchFile } from "../support/boot-guest.ts";
import { bootTest } from "../support/boot-test.ts";
import { makeRootOfType, run } from "../support/make-disks.ts";
import { testImage } from "../support/test-image.ts";

/** Writes many files, changes those that were there, and then waits to be killed. */
const busyInit = `#!/bin/busybox sh
number=0
while [ $number -lt 10000 ]; do
  echo $number > /etc/file$number || exec /bin/busybox poweroff -f
  number=$((number + 1))
done
echo changed > /sbin/init
/bin/busybox rm /bin/sh
/bin/busybox sync
echo "wrote $number files over $(/bin/busybox grep -c '^overlay / ' /proc/mounts) overlay"
while :; do /bin/busybox sleep 3600; done
`;

function digestOf(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

/** Leaves a transaction in the journal, as a power cut does: the next mount would write it in place. */
function makeDirty(file: string) {
  const block = scratchFile("block");
  writeFileSync(block, Buffer.alloc(4096, 0xaa));
  const commands = ["jo", `jw -b 11000 ${block}`, "jc", "set_super_value state 0"];
  run("debugfs", ["-w", "-f", "-", file], `${commands.join("\n")}\n`);
}

for (const [title, prepare] of [
  ["clean", () => {}],
  ["dirty", makeDirty],
] as const) {
  bootTest(
    `leaves the disk of a ${title} volatile root byte for byte as it was when the guest is killed`,
    async () => {
      const file = scratchFile("root");
      await makeScratchRoot({ file, init: busyInit });
      prepare(file);
      const before = digestOf(file);

      const guest = await bootGuest({
        disks: [{ file, writable: true }],
        commandLine: "root=LABEL=earlyboot-root earlyboot.volatile rw",
      });
      await guest.console.expect("wrote 10000 files over 1 overlay");
      await guest.end();

      expect(digestOf(file)).toBe(before);
    },
  );
}

bootTest("boots with a volatile root that has no room for a single file", async () => {
  const file = scratchFile("root");
  const init = scratchInit.replace(
    "exec > $facts",
    `exec > $facts
/bin/busybox dd if=/dev/zero of=/etc/written bs=64k count=1 2>&1 | /bin/busybox grep -o "No space left" | /bin/busybox sed 's/^/earlyboot-scratch: environment write=/'`,
  );
  await makeScratchRoot({ file, init });

  const guest = await bootGuest({
    disks: [{ file }],
    commandLine: "root=LABEL=earlyboot-root earlyboot.volatile=16k",
  });
  const { pid, environment } = await guest.reachedInit();

  expect(pid).toBe(1);
  expect(environment).toContain("write=No space left");
});
/** Fills a log, and waits to be killed with it. */
const loggingInit = `#!/bin/busybox sh
number=0
while [ $number -lt 300 ]; do
  /bin/busybox mkdir /var/directory$number
  number=$((number + 1))
done
/bin/busybox dd if=/bin/busybox of=/var/synced bs=4096 count=1 conv=fsync
echo "the log is full"
while :; do /bin/busybox sleep 3600; done
`;

for (const type of ["xfs", "btrfs"]) {
  bootTest(
    `leaves the disk of a volatile root of type ${type}, with a log to replay, byte for byte as it was`,
    async () => {
      const file = await makeRootOfType(type, {
        init: loggingInit,
        files: { "/bin/busy": busyInit },
      });
      const image = await testImage({ fileSystems: ["ext4", type] });
      const disks = [{ file, writable: true }];
      const first = await bootGuest({ image, disks, commandLine: "root=/dev/vda rw" });
      await first.console.expect("the log is full");
      await first.end();
      const before = digestOf(file);

      const guest = await bootGuest({
        image,
        disks,
        commandLine: "root=/dev/vda earlyboot.volatile init=/bin/busy",
      });
      await guest.console.expect("wrote 10000 files over 1 overlay");
      await guest.end();

      expect(digestOf(file)).toBe(before);
    },
    { programs: [`mkfs.${type}`] },
  );
}
