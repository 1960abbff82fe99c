import { expect } from "@jest/globals";
import { makeScratchRoot } from "@earlyboot/earlyboot";
import { bootGuest, scratchFile } from "../support/boot-guest.ts";
import { bootTest } from "../support/boot-test.ts";
import { makePartitionedDisk, type PartitionContent } from "../support/make-disks.ts";

const disks = 64;

bootTest(
  "finds the root on the last partition of the last of 64 disks",
  async () => {
    const [part, root] = [scratchFile("part"), scratchFile("root")];
    await makeScratchRoot({ file: part, label: "part", mebibytes: 8 });
    await makeScratchRoot({ file: root });
    const three: readonly PartitionContent[] = Array.from({ length: 3 }, () => ({ file: part }));
    const id = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee";
    const other = makePartitionedDisk("gpt", [...three, { file: part }], id, "other");
    const last = makePartitionedDisk("gpt", [...three, { file: root }], id, "last");

    const guest = await bootGuest({
      disks: Array.from({ length: disks }, (_, index) => ({
        file: index === disks - 1 ? last : other,
        bus: "scsi",
      })),
      // Time is counted in instructions: the figure is the same on every machine.
      processors: 1,
      extra: ["-icount", "shift=0,sleep=off"],
      commandLine: "root=LABEL=earlyboot-root",
    });
    const { report } = await guest.reachedInit();

    const stage = report?.stages.find(({ name }) => name === "devices");
    const seconds = (((stage?.start ?? 0) + (stage?.duration ?? 0)) / 1000).toFixed(3);
    const first = ((report?.stages[0]?.start ?? 0) / 1000).toFixed(3);
    console.log(
      `${report?.devices.length} devices known; /init began at ${first} s of the guest, the root was found at ${seconds} s`,
    );
    expect(report?.devices.length).toBeGreaterThan(disks);
  },
  { programs: ["sfdisk"] },
);
