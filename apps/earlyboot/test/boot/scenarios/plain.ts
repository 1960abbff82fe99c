import { expect } from "@jest/globals";
import { scratchInit } from "@earlyboot/earlyboot";
import {
  fileSystem,
  type FileSystemDeclaration,
  type FileSystemSpec,
  toSpec,
} from "@earlyboot/mount-spec";
import type { BootScenario, ScenarioDisk } from "../../support/scenario.ts";

const three = ["twin", "earlyboot-root", "twin"].map((label): ScenarioDisk => ({
  holds: { ext4: { label } },
}));

/** The real init tries to write to its root. */
const tryToWrite = scratchInit.replace(
  "exec > $facts",
  `exec > $facts
/bin/busybox touch /written 2>/dev/null && echo "earlyboot-scratch: environment written=yes"`,
);
const writable: readonly ScenarioDisk[] = [{ holds: { ext4: { init: tryToWrite } } }];

const readOnlyBind = { type: "none", flags: ["bind-mount", "read-only"], check: false } as const;

/** What every boot does, and how the root is mounted. */
export const plain: readonly BootScenario[] = [
  {
    name: "boots from a label among several disks into an init with nothing left over",
    disks: [{ holds: { ext4: { label: "other" } } }, { holds: { ext4: { label: "system" } } }],
    machine: { processors: 2 },
    commandLine: "root=LABEL=system fsck.mode=force -- one two",
    outcome: "real-init",
    root: "/dev/vdb / ext4 ro",
    facts: ({ pid, arguments: words, environment, descriptors, report }) => {
      expect(pid).toBe(1);
      expect(words).toEqual(["one", "two"]);
      expect(new Set(environment.map((variable) => variable.split("=")[0]))).toEqual(
        new Set(["HOME", "PATH", "TERM"]),
      );
      expect(descriptors).toEqual(["0", "1", "2"].map((number) => `${number} -> /dev/console`));
      expect(report).toMatchObject({
        version: 1,
        outcome: "handed-over",
        checks: [{ device: "/dev/vdb", type: "ext4", outcome: "pass" }],
      });
    },
  },
  {
    name: "starts the real init with no signal blocked or ignored",
    disks: [{ holds: { ext4: {} } }],
    // A shell would ignore some signals itself. Then it reads the console: the panic of a kernel whose first
    // process ends cuts off what that has printed last.
    commandLine: "root=LABEL=earlyboot-root init=/bin/busybox -- cat /proc/self/status -",
    during: async ({ console }) => {
      await console.expect(/^SigBlk:\s0{16}$/m);
      await console.expect(/^SigIgn:\s0{16}$/m);
    },
    outcome: "other",
  },
  {
    name: "makes a volatile root writable and leaves the disk as it was",
    disks: writable,
    commandLine: "root=LABEL=earlyboot-root earlyboot.volatile=64m",
    outcome: "real-init",
    root: /\S+ \/ overlay rw/,
    facts: ({ environment }) => expect(environment).toContain("written=yes"),
  },
  {
    name: "makes a root volatile that is named by its path among other disks",
    disks: three,
    commandLine: "root=/dev/vdb earlyboot.volatile",
    outcome: "real-init",
    root: /\S+ \/ overlay rw/,
  },
  {
    name: "mounts a root read-write by rw",
    disks: writable,
    commandLine: "root=LABEL=earlyboot-root ro rw",
    outcome: "real-init",
    root: "/dev/vda / ext4 rw",
    facts: ({ environment }) => expect(environment).toContain("written=yes"),
  },
  {
    name: "mounts a root read-only by ro, whatever was said before",
    disks: writable,
    commandLine: "root=LABEL=earlyboot-root rw ro",
    outcome: "real-init",
    root: "/dev/vda / ext4 ro",
    facts: ({ environment }) => expect(environment).not.toContain("written=yes"),
  },
  {
    name: "mounts declared file systems, one below the other, and a read-only bind",
    image: {
      configuration: {
        fileSystems: [
          declared({ device: { label: "inner" }, mountPoint: "/mnt/inner", type: "ext4" }),
          declared({ device: { label: "data" }, mountPoint: "/mnt", type: "ext4" }),
          declared({ device: { path: "/mnt/inner" }, mountPoint: "/var", ...readOnlyBind }),
        ],
      },
    },
    disks: [
      { holds: { ext4: {} } },
      { holds: { ext4: { label: "data", files: { "/inner/nothing": "" } } } },
      { holds: { ext4: { label: "inner" } } },
    ],
    commandLine: "root=LABEL=earlyboot-root",
    outcome: "real-init",
    root: "/dev/vda / ext4 ro",
    facts: ({ mounts }) => {
      const all = mounts.join("\n");
      expect(all).toContain("/dev/vdb /mnt ext4 rw");
      expect(all).toContain("/dev/vdc /mnt/inner ext4 rw");
      expect(all).toContain("/dev/vdc /var ext4 ro");
    },
  },
  {
    name: "boots with a tmpfs as its root, which holds nothing but mount points",
    image: {
      configuration: {
        fileSystems: [
          declared({ device: { label: "data" }, mountPoint: "/data", type: "ext4" }),
          declared({ device: { path: "/data/bin" }, mountPoint: "/bin", ...readOnlyBind }),
        ],
      },
    },
    disks: [{ holds: { ext4: { label: "data" } } }],
    commandLine: "root=tmpfs init=/data/sbin/init",
    outcome: "real-init",
    root: "tmpfs / tmpfs rw",
    facts: ({ mounts }) => expect(mounts.join("\n")).toContain("/dev/vda /bin ext4 ro"),
  },
];

/** A file system that is mounted before the switch, in the form that an image carries. */
function declared(declaration: FileSystemDeclaration): FileSystemSpec {
  return toSpec(fileSystem({ neededForBoot: true, createMountPoint: true, ...declaration }));
}
