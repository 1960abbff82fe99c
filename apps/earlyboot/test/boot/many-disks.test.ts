import { expect } from "@jest/globals";
import { makeScratchRoot } from "@earlyboot/earlyboot";
import { bootGuest, countedTime, scratchFile, timesAre } from "../support/boot-guest.ts";
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
      processors: 1,
      extra: countedTime,
      commandLine: "root=LABEL=earlyboot-root",
    });
    const { report } = await guest.reachedInit();

    if (report === undefined) throw new Error("The real init was given no report.");
    const times = report.devices.map(({ time }) => time);
    const search = report.stages.find(({ name }) => name === "devices");
    const milliseconds = {
      begun: report.stages[0]?.start,
      firstKnown: Math.min(...times),
      lastKnown: Math.max(...times),
      rootFound: search === undefined ? undefined : search.start + (search.duration ?? 0),
    };
    console.log(`${times.length} devices; milliseconds of the guest (${timesAre}):`, milliseconds);
    expect(times.length).toBeGreaterThan(disks);
  },
  { programs: ["sfdisk"] },
);
