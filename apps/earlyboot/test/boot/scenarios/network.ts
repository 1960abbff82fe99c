import { scratchInit } from "@earlyboot/earlyboot";
import { expect } from "@jest/globals";
import type { BootScenario } from "../../support/scenario.ts";

const tellNetwork = scratchInit.replace(
  "exec > $facts",
  `exec > $facts
/bin/busybox ifconfig eth0 | /bin/busybox sed 's/^/earlyboot-scratch: environment /'
/bin/busybox route -n | /bin/busybox sed 's/^/earlyboot-scratch: environment route /'
/bin/busybox grep -H . /proc/net/route /etc/resolv.conf | /bin/busybox sed 's/^/earlyboot-scratch: environment /'`,
);

/** The network of a guest in QEMU. */
export const network: readonly BootScenario[] = [
  ...["eth0", "auto"].map((qemu): BootScenario => ({
    name: `brings up the network of the guest on the interface ${qemu}`,
    image: { configuration: { network: { qemu } } },
    disks: [{ holds: { ext4: { init: tellNetwork } } }],
    machine: { network: true },
    commandLine: "root=LABEL=earlyboot-root net.ifnames=0",
    outcome: "real-init",
    facts: ({ environment }) => {
      const told = environment.join("\n");
      expect(told).toContain("inet addr:10.0.2.10");
      expect(told).toMatch(/0\.0\.0\.0 +10\.0\.2\.2 /);
    },
  })),
  {
    name: "goes on without a network card",
    image: { configuration: { network: { qemu: "eth0" } } },
    disks: [{ holds: { ext4: {} } }],
    commandLine: "root=LABEL=earlyboot-root",
    outcome: "real-init",
  },
];
