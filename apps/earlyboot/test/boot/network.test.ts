import { expect } from "@jest/globals";
import { makeScratchRoot, scratchInit } from "@earlyboot/earlyboot";
import { bootGuest, scratchFile } from "../support/boot-guest.ts";
import { bootTest } from "../support/boot-test.ts";
import { testImage } from "../support/test-image.ts";

const tellNetwork = scratchInit.replace(
  "exec > $facts",
  `exec > $facts
/bin/busybox ifconfig eth0 | /bin/busybox sed 's/^/earlyboot-scratch: environment /'
/bin/busybox route -n | /bin/busybox sed 's/^/earlyboot-scratch: environment route /'
/bin/busybox grep -H . /proc/net/route /etc/resolv.conf | /bin/busybox sed 's/^/earlyboot-scratch: environment /'`,
);

for (const qemu of ["eth0", "auto"]) {
  bootTest(`brings up the network of the guest on the interface ${qemu}`, async () => {
    const file = scratchFile("root");
    await makeScratchRoot({ file, init: tellNetwork });

    const guest = await bootGuest({
      image: await testImage({ configuration: { network: { qemu } } }),
      disks: [{ file }],
      network: true,
      commandLine: "root=LABEL=earlyboot-root net.ifnames=0",
    });
    const facts = await guest.reachedInit();
    const told = facts.environment.join("\n");

    expect(told).toContain("inet addr:10.0.2.10");
    expect(told).toMatch(/0\.0\.0\.0 +10\.0\.2\.2 /);
  });
}

bootTest("goes on without a network card", async () => {
  const file = scratchFile("root");
  await makeScratchRoot({ file });

  const guest = await bootGuest({
    image: await testImage({ configuration: { network: { qemu: "eth0" } } }),
    disks: [{ file }],
    commandLine: "root=LABEL=earlyboot-root",
  });

  expect((await guest.reachedInit()).pid).toBe(1);
});
