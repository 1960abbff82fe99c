import { expect } from "@jest/globals";
import { makeScratchRoot, scratchInit } from "@earlyboot/earlyboot";
import { findProgram } from "../../src/build/checker-programs.ts";
import { bootGuest, scratchFile } from "../support/boot-guest.ts";
import { bootTest } from "../support/boot-test.ts";
import { testImage } from "../support/test-image.ts";

/** Writes, and tells which programs run that were not started here. */
const tellSurvivors = scratchInit.replace(
  "exec > $facts",
  `exec > $facts
echo changed > /etc/written && echo "earlyboot-scratch: environment wrote=$(/bin/busybox cat /etc/written)"
for process in /proc/[0-9]*; do
  echo "earlyboot-scratch: environment runs=$(/bin/busybox tr '\\0' ' ' < $process/cmdline)"
done
kept=$(/bin/busybox cat /run/earlyboot/do-not-kill)
echo "earlyboot-scratch: environment kept=$(/bin/busybox tr '\\0' ' ' < /proc/$kept/cmdline)"`,
);

bootTest(
  "makes a root volatile by a FUSE union where there is no overlay, and lets its process live on",
  async () => {
    const file = scratchFile("root");
    await makeScratchRoot({ file, init: tellSurvivors });
    const unionProgram = "/bin/fuse-overlayfs";

    const guest = await bootGuest({
      image: await testImage({
        modules: ["virtio_pci", "virtio_blk"],
        fileSystems: ["ext4", "fuse"],
        programs: [{ file: findProgram("fuse-overlayfs") ?? "", path: unionProgram }],
        configuration: { volatile: { unionProgram } },
      }),
      disks: [{ file }],
      commandLine: "root=LABEL=earlyboot-root",
    });
    const { mounts, environment } = await guest.reachedInit();

    expect(mounts.find((line) => line.split(" ")[1] === "/")).toMatch(/^\S+ \/ fuse\S* rw/);
    expect(environment).toContain("wrote=changed");
    expect(environment.join("\n")).toContain("runs=@fuse-overlayfs ");
    expect(environment.join("\n")).toContain("kept=@fuse-overlayfs ");
  },
  { programs: ["fuse-overlayfs"] },
);
