import { mkdirSync } from "node:fs";
import { fillScratchTree } from "@earlyboot/earlyboot";
import { scratchFile } from "../../support/boot-guest.ts";
import type { BootScenario } from "../../support/scenario.ts";

/** Roots that are directories of the host. */
export const shares: readonly BootScenario[] = [
  {
    name: "boots from a directory of the host by 9p",
    // Debian's kernel for clouds has no 9p.
    kernel: "generic",
    machine: async () => {
      const directory = scratchFile("shared");
      mkdirSync(directory);
      await fillScratchTree(directory, {});
      const share = `local,path=${directory},mount_tag=share,security_model=none,readonly=on`;
      return { extra: ["-virtfs", share] };
    },
    commandLine: "root=9p:share",
    outcome: "real-init",
    root: "share / 9p ",
  },
];
