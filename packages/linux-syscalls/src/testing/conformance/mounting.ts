import { FileSystemMagic, MountFlag, UmountFlag } from "../../constants.ts";
import type { Linux } from "../../linux.ts";
import { type ConformanceScenario, mountsBelow, namesIn } from "./scenario.ts";

function mountTmpfs(linux: Linux, target: string, data: string | null = null, flags = 0): void {
  linux.mount({ source: "tmpfs", target, type: "tmpfs", flags, data });
}

/** Directories with a file each, named after them. */
function plant(linux: Linux, ...directories: readonly string[]): void {
  for (const directory of directories) {
    linux.mkdir(directory);
    linux.writeFile(`${directory}/in-${directory.replaceAll("/", "-")}`, directory);
  }
}

/** New file systems, where they go and what they show. */
export const mountingScenarios: readonly ConformanceScenario[] = [
  {
    title: "a mount hides what the directory held, and unmounting shows it again",
    run: ({ linux, see }) => {
      plant(linux, "a");
      see("mount", () => mountTmpfs(linux, "a"));
      see("hidden", () => namesIn({ linux }, "a"));
      see("read hidden", () => linux.readText("a/in-a"));
      see("umount", () => linux.umount2("a"));
      see("shown", () => namesIn({ linux }, "a"));
    },
  },
  {
    title: "the last of several mounts on one place is seen, and goes first",
    run: ({ linux, see }) => {
      linux.mkdir("a");
      for (const name of ["one", "two", "three"]) {
        mountTmpfs(linux, "a");
        linux.writeFile(`a/${name}`, "");
      }
      see("three", () => namesIn({ linux }, "a"));
      for (const left of ["two", "one", "none"]) {
        see(`umount to ${left}`, () => linux.umount2("a"));
        see(left, () => namesIn({ linux }, "a"));
      }
      see("one too many", () => linux.umount2("a"));
    },
  },
  {
    title: "what cannot be mounted says why",
    run: ({ linux, see }) => {
      linux.mkdir("a");
      linux.writeFile("file", "");
      see("missing target", () => mountTmpfs(linux, "missing"));
      see("unknown type", () => linux.mount({ source: "x", target: "a", type: "nosuchfs" }));
      see("unknown type on a missing target", () =>
        linux.mount({ source: "x", target: "missing", type: "nosuchfs" }),
      );
      see("no type", () => linux.mount({ source: "x", target: "a" }));
      see("a directory on a file", () => mountTmpfs(linux, "file"));
      see("below a file", () => mountTmpfs(linux, "file/a"));
      see("empty target", () => mountTmpfs(linux, ""));
    },
  },
  {
    title: "options that a file system does not know are refused",
    run: ({ linux, see }) => {
      linux.mkdir("a");
      see("unknown", () => mountTmpfs(linux, "a", "nosuchoption"));
      see("bad size", () => mountTmpfs(linux, "a", "size=big"));
      see("bad mode", () => mountTmpfs(linux, "a", "mode=9"));
      see("proc", () =>
        linux.mount({ source: "proc", target: "a", type: "proc", data: "nosuchoption=1" }),
      );
      see("sysfs", () => linux.mount({ source: "s", target: "a", type: "sysfs", data: "x=1" }));
      see("empty", () => mountTmpfs(linux, "a", ""));
    },
  },
  {
    title: "a size limits how much is written",
    run: ({ linux, see }) => {
      linux.mkdir("a");
      mountTmpfs(linux, "a", "size=64k,nr_inodes=4");
      const status = (): unknown => {
        const { blockSize, blocks, blocksFree, blocksAvailable, files, filesFree } =
          linux.statfs("a");
        return [blockSize, blocks, blocksFree, blocksAvailable, files, filesFree];
      };
      see("empty", status);
      see("one page and a byte", () => linux.writeFile("a/x", new Uint8Array(4097)));
      see("with a file", status);
      see("too much", () => linux.writeFile("a/y", new Uint8Array(65537)));
      see("second file", () => linux.writeFile("a/z", ""));
      see("fourth inode", () => linux.mkdir("a/d"));
      see("file again", () => linux.writeFile("a/x", "short"));
    },
  },
  {
    title: "statfs tells type and flags",
    run: ({ linux, see }) => {
      const flags = MountFlag.NoSuid | MountFlag.NoDev | MountFlag.NoExec;
      const kinds = [
        ["tmpfs", 0],
        ["ramfs", MountFlag.ReadOnly],
        ["proc", flags],
        ["sysfs", flags | MountFlag.NoAtime],
        ["tmpfs", MountFlag.StrictAtime],
        ["tmpfs", MountFlag.NoDirAtime | MountFlag.RelAtime],
        ["tmpfs", MountFlag.Synchronous | MountFlag.NoSymFollow],
        ["tmpfs", MountFlag.ReadOnly | MountFlag.NoAtime | MountFlag.StrictAtime],
      ] as const;
      linux.mkdir("a");
      for (const [type, asked] of kinds) {
        const what = `${type} ${asked}`;
        see(what, () => linux.mount({ source: "x", target: "a", type, flags: asked }));
        see(`${what}: type`, () => linux.statfs("a").type === magics[type]);
        see(`${what}: flags`, () => linux.statfs("a").flags);
        see(`${what}: umount`, () => linux.umount2("a"));
      }
      see("missing", () => linux.statfs("missing"));
      see("below a file", () => linux.statfs("/proc/uptime/x"));
      see("of a file", () => linux.statfs("/proc/uptime").type);
    },
  },
  {
    title: "the table of mounts shows places, types and flags",
    run: (bench) => {
      const { linux, see } = bench;
      for (const name of ["a", "b", "c d"]) linux.mkdir(name);
      mountTmpfs(linux, "a", null, MountFlag.NoSuid | MountFlag.NoDev);
      linux.mkdir("a/below");
      mountTmpfs(linux, "a/below", null, MountFlag.ReadOnly | MountFlag.NoExec);
      mountTmpfs(linux, "b", null, MountFlag.NoAtime | MountFlag.NoDirAtime);
      mountTmpfs(linux, "c d", null, MountFlag.StrictAtime);
      see("all", () => mountsBelow(bench));
      linux.umount2("a", UmountFlag.Detach);
      see("without a", () => mountsBelow(bench));
    },
  },
  {
    title: "a file system of which there is one cannot lie on itself",
    run: ({ linux, see }) => {
      linux.mkdir("a");
      const mount = (): void => linux.mount({ source: "sysfs", target: "a", type: "sysfs" });
      see("first", mount);
      see("again on itself", mount);
      mountTmpfs(linux, "a");
      see("with another between", mount);
      linux.mkdir("b");
      see("elsewhere", () => linux.mount({ source: "sysfs", target: "b", type: "sysfs" }));
      see("one device", () => linux.stat("a").device === linux.stat("b").device);
    },
  },
  {
    title: "each mount of tmpfs is another device",
    run: ({ linux, see }) => {
      plant(linux, "a", "b");
      mountTmpfs(linux, "a");
      mountTmpfs(linux, "b");
      const devices = (): unknown =>
        new Set([linux.stat("a").device, linux.stat("b").device, linux.stat(".").device]).size;
      see("devices", devices);
    },
  },
  {
    title: "a mount follows symbolic links to its target, and an unmount unless told not to",
    run: ({ linux, see }) => {
      linux.mkdir("a");
      linux.symlink("a", "link");
      see("mount", () => mountTmpfs(linux, "link"));
      see("at the target", () => linux.lstat("a").device !== linux.lstat(".").device);
      see("no follow", () => linux.umount2("link", UmountFlag.NoFollow));
      see("follow", () => linux.umount2("link"));
    },
  },
  {
    title: "a working directory stays where it is when something is mounted over it",
    run: ({ linux, base, see }) => {
      plant(linux, "a");
      linux.chdir("a");
      mountTmpfs(linux, ".");
      see("by name", () => namesIn({ linux }, `${base}/a`));
      see("by dot", () => namesIn({ linux }, "."));
      see("by dot and back", () => namesIn({ linux }, "../a"));
      see("unmount by dot", () => linux.umount2("."));
      see("again", () => linux.umount2("."));
    },
  },
  {
    title: "a mount hides the mounts below, which cannot be reached until it goes",
    run: ({ linux, see }) => {
      linux.mkdir("a");
      linux.mkdir("a/b");
      mountTmpfs(linux, "a/b");
      linux.writeFile("a/b/deep", "");
      mountTmpfs(linux, "a");
      see("unmount the hidden", () => linux.umount2("a/b"));
      see("unmount the cover", () => linux.umount2("a"));
      see("still there", () => namesIn({ linux }, "a/b"));
      see("unmount", () => linux.umount2("a/b"));
    },
  },
  {
    title: "a mode is that of the root directory, whatever the umask",
    run: ({ linux, see }) => {
      linux.umask(0o077);
      linux.mkdir("a");
      for (const data of [null, "mode=0755", "mode=1777", "mode=700,uid=3,gid=4"]) {
        mountTmpfs(linux, "a", data);
        see(data ?? "none", () => linux.stat("a").mode.toString(8));
        see(`${data ?? "none"}: owner`, () => [linux.stat("a").uid, linux.stat("a").gid]);
        linux.umount2("a");
      }
    },
  },
];

const magics = {
  tmpfs: FileSystemMagic.Tmpfs,
  ramfs: FileSystemMagic.Ramfs,
  proc: FileSystemMagic.Proc,
  sysfs: FileSystemMagic.Sysfs,
} as const;
