import { expect } from "@jest/globals";
import type { BootScenario, ScenarioDisk } from "../../support/scenario.ts";

const root = "root=LABEL=earlyboot-root";
const plainDisk: ScenarioDisk = { holds: { ext4: {} } };
/** Fails at once, where a root that is missing is waited for. */
const failing = `${root} init=/sbin/nothing`;
const three = ["twin", "earlyboot-root", "twin"].map((label): ScenarioDisk => ({
  holds: { ext4: { label } },
}));

/** Boots that must not come up, and what they say. */
export const failures: readonly BootScenario[] = [
  {
    name: "names the label that no device has, what is there, and the nearest",
    disks: [plainDisk],
    commandLine: "root=LABEL=earlyboot-rout earlyboot.timeout=15",
    outcome: "failed",
    says: ["LABEL=earlyboot-rout", /> \/dev\/vda .*48 MiB .*ext4 .*LABEL=earlyboot-root/],
  },
  {
    name: "names the disk that is not there",
    disks: three,
    commandLine: "root=/dev/vdz earlyboot.timeout=15",
    outcome: "failed",
    says: ["/dev/vdz"],
  },
  {
    name: "stops when two disks have the wanted label, and names both",
    disks: three,
    commandLine: "root=LABEL=twin earlyboot.timeout=15",
    outcome: "failed",
    says: [/\/dev\/vda[^]*\/dev\/vdc/],
  },
  {
    name: "says of which type a root is that is wanted as another",
    disks: [plainDisk],
    commandLine: `${root} rootfstype=xfs`,
    outcome: "failed",
    says: ["rootfstype=ext4"],
  },
  {
    name: "prints a hostile label without its control characters",
    disks: [{ holds: { ext4: { label: "\u001b[2Jx\nroot=\u0007" } } }],
    commandLine: "root=LABEL=none earlyboot.timeout=15",
    outcome: "failed",
    says: [String.raw`\x1b[2Jx\x0aroot=\x07`],
  },
  {
    name: "refuses a root without an init",
    disks: [plainDisk],
    commandLine: `${root} init=/sbin/nothing`,
    outcome: "failed",
    says: ["/sbin/nothing"],
  },
  {
    name: "refuses an init without the permission to execute it",
    disks: [{ holds: { ext4: {}, debugfs: ["set_inode_field /sbin/init mode 0100644"] } }],
    commandLine: `${root} init=/sbin/init`,
    outcome: "failed",
    says: ["/sbin/init"],
  },
  {
    name: "refuses an init whose interpreter is missing, and names it",
    disks: [{ holds: { ext4: { init: "#!/bin/nothing\n" } } }],
    commandLine: `${root} init=/sbin/init`,
    outcome: "failed",
    says: ["/bin/nothing"],
  },
  {
    name: "follows an absolute link of the new root to its init",
    disks: [{ holds: { ext4: {}, debugfs: ["symlink /sbin/begin /sbin/init"] } }],
    commandLine: `${root} init=/sbin/begin`,
    outcome: "real-init",
  },
  {
    name: "says what is on a disk with a broken superblock",
    disks: [{ holds: { ext4: {}, debugfs: ["zap_block -p 0 0"] } }],
    commandLine: "root=/dev/vda earlyboot.timeout=15",
    outcome: "failed",
    says: [/\/dev\/vda 48 MiB nothing known/],
  },
  {
    name: "repairs a file system that was not unmounted",
    disks: [{ holds: { ext4: {}, debugfs: ["set_super_value state 0"] } }],
    commandLine: root,
    outcome: "real-init",
    facts: ({ report }) =>
      expect(report?.checks).toMatchObject([
        { type: "ext4", outcome: expect.stringMatching(/pass|corrected/) },
      ]),
  },
  ...(
    [
      ["poweroff", "reboot: Power down"],
      ["reboot", "reboot: Restarting system"],
      ["panic", "Kernel panic - not syncing"],
    ] as const
  ).map(([action, line]): BootScenario => ({
    name: `ends a boot that failed by earlyboot.onfailure=${action}`,
    disks: [plainDisk],
    commandLine: `${failing} earlyboot.onfailure=${action}`,
    outcome: "failed",
    says: [line],
  })),
  {
    name: "halts after a boot that failed by earlyboot.onfailure=halt",
    disks: [plainDisk],
    commandLine: `${failing} earlyboot.onfailure=halt`,
    // QEMU goes on with a processor that has stopped.
    during: async (guest) => {
      await guest.console.expect("reboot: System halted");
      await guest.end();
    },
    outcome: "failed",
  },
  {
    name: "opens the REPL after a boot that failed by earlyboot.onfailure=repl, and tries again",
    disks: [plainDisk],
    commandLine: `${failing} panic=0 earlyboot.onfailure=repl`,
    during: async ({ console }) => {
      await console.expect("this machine did not boot");
      await console.expect("earlyboot> ");
      console.type("boot.recorder.report().stages.at(-1).outcome.toUpperCase()\n");
      await console.expect("FAILED");
      await console.expect("earlyboot> ");
      console.type(".resume\n");
      await console.expect("this machine did not boot");
      await console.expect("earlyboot> ");
      console.type(".poweroff\n");
    },
    outcome: "failed",
    says: ["reboot: Power down"],
  },
  {
    name: "counts down from what panic=5 says",
    disks: [plainDisk],
    commandLine: `${failing} panic=5 earlyboot.onfailure=reboot`,
    during: async (guest) => {
      const counted = (await guest.ended()).matchAll(/Rebooting in (\d+) s/g);
      expect([...counted].map(([, seconds]) => seconds)).toEqual(["5", "4", "3", "2", "1"]);
    },
    outcome: "failed",
    says: ["reboot: Restarting system"],
  },
];
