import { MountFlag, UmountFlag } from "../../constants.ts";
import { type Bench, type ConformanceScenario, mountsBelow, namesIn } from "./scenario.ts";

function tmpfs({ linux }: Bench, target: string): void {
  linux.mkdir(target);
  linux.mount({ source: "tmpfs", target, type: "tmpfs" });
}

function bind({ linux }: Bench, source: string, target: string, more = 0): void {
  linux.mount({ source, target, flags: MountFlag.Bind | more });
}

function move({ linux }: Bench, source: string, target: string): void {
  linux.mount({ source, target, flags: MountFlag.Move });
}

function change({ linux }: Bench, target: string, flags: number): void {
  linux.mount({ target, flags });
}

/** Binds, remounts and moves. */
export const bindingScenarios: readonly ConformanceScenario[] = [
  {
    title: "a bind shows the same files at another place",
    run: (bench) => {
      const { linux, see } = bench;
      linux.mkdir("a");
      linux.mkdir("b");
      linux.writeFile("a/file", "1");
      see("bind", () => bind(bench, "a", "b"));
      see("there", () => linux.readText("b/file"));
      linux.writeFile("b/other", "2");
      see("and back", () => linux.readText("a/other"));
      see("one device", () => linux.stat("a").device === linux.stat("b").device);
      see("one inode", () => linux.stat("a/file").inode === linux.stat("b/file").inode);
      see("up from the bind", () => namesIn(bench, "b/.."));
      see("unmount", () => linux.umount2("b"));
      see("afterwards", () => namesIn(bench, "b"));
    },
  },
  {
    title: "a bind of a part cannot be left upwards",
    run: (bench) => {
      const { linux, see } = bench;
      for (const name of ["a", "a/deep", "b", "b/top"]) linux.mkdir(name);
      bind(bench, "a/deep", "b/top");
      see("up", () => namesIn(bench, "b/top/.."));
      see("and across", () => linux.stat("b/top/../deep"));
    },
  },
  {
    title: "files bind onto files, directories onto directories",
    run: (bench) => {
      const { linux, see } = bench;
      linux.mkdir("directory");
      linux.writeFile("one", "1");
      linux.writeFile("two", "2");
      linux.symlink("one", "link");
      see("file on file", () => bind(bench, "one", "two"));
      see("content", () => linux.readText("two"));
      see("file on directory", () => bind(bench, "one", "directory"));
      see("directory on file", () => bind(bench, "directory", "one"));
      see("missing source", () => bind(bench, "missing", "directory"));
      see("missing target", () => bind(bench, "one", "missing"));
      see("no source", () => change(bench, "directory", MountFlag.Bind));
      see("empty source", () => bind(bench, "", "directory"));
      see("through a link", () => bind(bench, "two", "link"));
      see("the link's file", () => linux.readText("one"));
    },
  },
  {
    title: "a bind leaves the mounts below behind, a recursive one takes them along",
    run: (bench) => {
      const { linux, see } = bench;
      linux.mkdir("a");
      tmpfs(bench, "a/sub");
      linux.writeFile("a/sub/file", "");
      for (const name of ["plain", "deep", "part"]) linux.mkdir(name);
      see("plain", () => bind(bench, "a", "plain"));
      see("plain: sub", () => namesIn(bench, "plain/sub"));
      see("recursive", () => bind(bench, "a", "deep", MountFlag.Recursive));
      see("recursive: sub", () => namesIn(bench, "deep/sub"));
      see("table", () => mountsBelow(bench));
      see("unmount the recursive", () => linux.umount2("deep"));
      see("lazily", () => linux.umount2("deep", UmountFlag.Detach));
      see("original", () => namesIn(bench, "a/sub"));
    },
  },
  {
    title: "a recursive bind into itself does not go on for ever",
    run: (bench) => {
      const { linux, see } = bench;
      tmpfs(bench, "a");
      linux.mkdir("a/inside");
      tmpfs(bench, "a/other");
      see("bind", () => bind(bench, "a", "a/inside", MountFlag.Recursive));
      see("inside", () => namesIn(bench, "a/inside"));
      see("inside inside", () => namesIn(bench, "a/inside/inside"));
      see("table", () => mountsBelow(bench));
    },
  },
  {
    title: "a read-only bind takes two calls, and leaves the original writable",
    run: (bench) => {
      const { linux, see } = bench;
      linux.mkdir("a");
      linux.mkdir("b");
      const readOnly = MountFlag.Remount | MountFlag.Bind | MountFlag.ReadOnly;
      see("in one call", () => bind(bench, "a", "b", MountFlag.ReadOnly));
      see("is not read-only", () => linux.writeFile("b/1", ""));
      see("remount", () => change(bench, "b", readOnly));
      see("write", () => linux.writeFile("b/2", ""));
      see("original", () => linux.writeFile("a/2", ""));
      see("flags", () => linux.statfs("b").flags);
      see("original's flags", () => linux.statfs("a").flags);
      see("with nosuid", () => change(bench, "b", readOnly | MountFlag.NoSuid));
      see("flags then", () => linux.statfs("b").flags);
      see("writable", () => change(bench, "b", MountFlag.Remount | MountFlag.Bind));
      see("flags at last", () => linux.statfs("b").flags);
      see("write at last", () => linux.writeFile("b/3", ""));
    },
  },
  {
    title: "a read-only bind keeps binds of itself read-only",
    run: (bench) => {
      const { linux, see } = bench;
      for (const name of ["a", "b", "c"]) linux.mkdir(name);
      bind(bench, "a", "b");
      change(bench, "b", MountFlag.Remount | MountFlag.Bind | MountFlag.ReadOnly);
      bind(bench, "b", "c");
      see("write", () => linux.writeFile("c/1", ""));
    },
  },
  {
    title: "only a mount can be remounted",
    run: (bench) => {
      const { linux, see } = bench;
      linux.mkdir("a");
      see("remount", () => change(bench, "a", MountFlag.Remount | MountFlag.ReadOnly));
      see("remount bind", () =>
        change(bench, "a", MountFlag.Remount | MountFlag.Bind | MountFlag.ReadOnly),
      );
      see("missing", () => change(bench, "missing", MountFlag.Remount));
      tmpfs(bench, "b");
      see("unknown option", () =>
        linux.mount({ target: "b", flags: MountFlag.Remount, data: "nosuchoption" }),
      );
      see("size", () => linux.mount({ target: "b", flags: MountFlag.Remount, data: "size=32k" }));
      see("blocks", () => linux.statfs("b").blocks);
      linux.writeFile("b/file", new Uint8Array(20000));
      see("too small", () =>
        linux.mount({ target: "b", flags: MountFlag.Remount, data: "size=8k" }),
      );
      see("blocks afterwards", () => linux.statfs("b").blocks);
    },
  },
  {
    title: "a file system with a file open for writing does not become read-only",
    run: (bench) => {
      const { linux, see } = bench;
      tmpfs(bench, "a");
      linux.mkdir("b");
      bind(bench, "a", "b");
      linux.writeFile("a/file", "1");
      const readOnly = MountFlag.Remount | MountFlag.ReadOnly;
      const file = linux.open("a/file", { access: "write" });
      see("busy", () => change(bench, "a", readOnly));
      see("bind busy", () => change(bench, "a", readOnly | MountFlag.Bind));
      see("other bind", () => change(bench, "b", readOnly | MountFlag.Bind));
      linux.close(file);
      const reader = linux.open("a/file");
      see("with a reader", () => change(bench, "a", readOnly));
      linux.close(reader);
      see("write by a", () => linux.writeFile("a/x", ""));
      see("write by b", () => linux.writeFile("b/x", ""));
      see("writable again", () => change(bench, "a", MountFlag.Remount));
      see("then by a", () => linux.writeFile("a/x", ""));
      see("then by b", () => linux.writeFile("b/x", ""));
    },
  },
  {
    title: "a remount keeps the way of access times unless another is named",
    run: (bench) => {
      const { linux, see } = bench;
      linux.mkdir("a");
      linux.mount({ source: "t", target: "a", type: "tmpfs", flags: MountFlag.NoAtime });
      const ways = [
        MountFlag.NoSuid,
        MountFlag.NoDirAtime,
        MountFlag.ReadOnly,
        MountFlag.StrictAtime,
        MountFlag.NoExec,
        MountFlag.RelAtime,
      ];
      for (const flags of ways) {
        see(`remount ${flags}`, () => change(bench, "a", MountFlag.Remount | flags));
        see(`after ${flags}`, () => linux.statfs("a").flags);
      }
    },
  },
  {
    title: "a move takes the mounts below along and uncovers the old place",
    run: (bench) => {
      const { linux, see } = bench;
      linux.mkdir("a");
      linux.writeFile("a/under", "");
      linux.mkdir("b");
      linux.mount({ source: "t", target: "a", type: "tmpfs" });
      tmpfs(bench, "a/sub");
      linux.writeFile("a/sub/file", "");
      see("move", () => move(bench, "a", "b"));
      see("old place", () => namesIn(bench, "a"));
      see("new place", () => namesIn(bench, "b/sub"));
      see("table", () => mountsBelow(bench));
      see("again", () => move(bench, "a", "b"));
      see("onto itself", () => move(bench, "b", "b"));
      see("back", () => move(bench, "b", "a"));
      see("at last", () => mountsBelow(bench));
    },
  },
  {
    title: "what cannot be moved says why",
    run: (bench) => {
      const { linux, see } = bench;
      tmpfs(bench, "a");
      tmpfs(bench, "a/sub");
      linux.mkdir("a/sub/deep");
      linux.mkdir("b");
      linux.writeFile("file", "");
      see("no mount", () => move(bench, "b", "a"));
      see("missing source", () => move(bench, "missing", "b"));
      see("missing target", () => move(bench, "a", "missing"));
      see("no source", () => change(bench, "b", MountFlag.Move));
      see("into itself", () => move(bench, "a", "a/sub/deep"));
      see("onto a file", () => move(bench, "a", "file"));
      see("a directory of a mount", () => move(bench, "a/sub/deep", "b"));
    },
  },
  {
    title: "a move onto a mount covers it",
    run: (bench) => {
      const { linux, see } = bench;
      tmpfs(bench, "a");
      tmpfs(bench, "b");
      linux.writeFile("a/in-a", "");
      linux.writeFile("b/in-b", "");
      see("move", () => move(bench, "a", "b"));
      see("covered", () => namesIn(bench, "b"));
      see("unmount", () => linux.umount2("b"));
      see("uncovered", () => namesIn(bench, "b"));
    },
  },
];
