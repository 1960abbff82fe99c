import { expect } from "@jest/globals";
import { makeScratchRoot } from "@earlyboot/earlyboot";
import { bootGuest, countedTime, scratchFile, timesAre } from "../support/boot-guest.ts";
import { bootTest } from "../support/boot-test.ts";

/** The kernel's own time, in seconds, of the line that `pattern` ends. */
function timeOf(text: string, pattern: RegExp): number {
  const [, seconds] = new RegExp(`\\[ *([\\d.]+)\\] ${pattern.source}`).exec(text) ?? [];
  return Number(seconds);
}

bootTest("waits for a disk that appears while the boot runs", async () => {
  const file = scratchFile("root");
  await makeScratchRoot({ file });

  // A port to plug into: the bus of the machine itself takes no device once it runs.
  const guest = await bootGuest({
    disks: [{ file, bus: "none" }],
    processors: 1,
    extra: [...countedTime, "-device", "pcie-root-port,id=port0,chassis=1,slot=1"],
    commandLine: "root=LABEL=earlyboot-root",
  });
  await guest.console.expect("waiting for LABEL=earlyboot-root");
  const monitor = await guest.monitor();
  await monitor.execute("device_add", {
    driver: "virtio-blk-pci",
    drive: "disk0",
    bus: "port0",
    id: "late",
  });

  const { pid } = await guest.reachedInit();
  const text = guest.console.text();
  const plugged = timeOf(text, /virtio_blk virtio\d+: \[vda\]/);
  const found = timeOf(text, /earlyboot: root LABEL=earlyboot-root is/);

  console.log(`found ${(found - plugged).toFixed(3)} s after the kernel told of it (${timesAre})`);
  expect(pid).toBe(1);
});
