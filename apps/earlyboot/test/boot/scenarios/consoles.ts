import { expect } from "@jest/globals";
import type { BootScenario, ScenarioDisk } from "../../support/scenario.ts";

const disks: readonly ScenarioDisk[] = [{ holds: { ext4: {} } }];

/** Consoles, and how much is said on them. */
export const consoles: readonly BootScenario[] = [
  ...(
    [
      ["two consoles", "console=tty0 console=ttyS0"],
      ["no console that works", "console=ttyS3"],
      ["no console at all", "console=null"],
      ["little to say", "quiet"],
      ["much to say", "debug earlyboot.log=debug"],
    ] as const
  ).map(([name, words]): BootScenario => ({
    name: `boots with ${name} (${words})`,
    disks,
    commandLine: `root=LABEL=earlyboot-root ${words}`,
    outcome: "real-init",
    facts: ({ pid }) => expect(pid).toBe(1),
  })),
  {
    name: "ignores what it is not told to do: variables for Node and unknown words",
    disks,
    commandLine:
      "root=LABEL=earlyboot-root NODE_OPTIONS=--inspect-brk=0.0.0.0 earlyboot.lgo=debug unknown.word=1",
    outcome: "real-init",
    facts: ({ environment, report }) => {
      expect(environment.join(" ")).not.toContain("NODE_OPTIONS");
      expect(report?.warnings.join(" ")).toContain("earlyboot.log");
    },
  },
];
