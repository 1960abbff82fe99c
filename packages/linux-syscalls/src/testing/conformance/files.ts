import { AccessMode, FileKind, MountFlag } from "../../constants.ts";
import { makedev, majorOf, minorOf } from "../../device-number.ts";
import { type Bench, type ConformanceScenario, modeOf, namesIn } from "./scenario.ts";

function readOnlyTmpfs({ linux }: Bench, target: string): void {
  linux.mkdir(target);
  linux.mount({ source: "tmpfs", target, type: "tmpfs" });
  linux.mkdir(`${target}/directory`);
  linux.mkdir(`${target}/directory/sub`);
  linux.writeFile(`${target}/file`, "x", { mode: 0o644 });
  linux.symlink("file", `${target}/link`);
  linux.mount({ target, flags: MountFlag.Remount | MountFlag.ReadOnly });
}

/** Files, directories and nodes by their paths. */
export const fileScenarios: readonly ConformanceScenario[] = [
  {
    title: "the umask takes permissions from directories and files that are made",
    run: (bench) => {
      const { linux, see } = bench;
      for (const [mask, name] of [
        [0o022, "usual"],
        [0o077, "strict"],
        [0, "open"],
      ] as const) {
        see(`umask ${mask}`, () => linux.umask(mask));
        linux.mkdir(`${name}-1777`, 0o1777);
        linux.mkdir(`${name}-default`);
        linux.mkdir(`${name}-setuid`, 0o7755);
        linux.writeFile(`${name}-file`, "");
        linux.writeFile(`${name}-exact`, "", { mode: 0o640 });
        see(name, () => linux.readDirectory(".").map((entry) => modeOf(bench, entry.name)));
      }
    },
  },
  {
    title: "nodes have their kind, number and permissions less the umask",
    run: (bench) => {
      const { linux, see } = bench;
      const nodes = [
        ["null", FileKind.Character | 0o666, makedev(1, 3)],
        ["sda1", FileKind.Block | 0o644, makedev(8, 1)],
        ["wide", FileKind.Block | 0o600, makedev(259, 1048575)],
        ["most", FileKind.Character | 0o777, makedev(4095, 0)],
        ["fifo", FileKind.Fifo | 0o622, 0n],
        ["socket", FileKind.Socket | 0o666, 0n],
        ["plain", FileKind.Regular | 0o755, 0n],
        ["kindless", 0o600, 0n],
        ["sticky", FileKind.Character | 0o1666, makedev(1, 5)],
      ] as const;
      for (const [name, mode, device] of nodes) {
        see(`make ${name}`, () => linux.mknod(name, mode, device));
        see(name, () => {
          const { rdev } = linux.stat(name);
          return [modeOf(bench, name), majorOf(rdev), minorOf(rdev)];
        });
      }
      see("kinds", () => linux.readDirectory("."));
    },
  },
  {
    title: "what no node can be is refused",
    run: ({ linux, see }) => {
      linux.writeFile("file", "");
      see("directory", () => linux.mknod("x", FileKind.Directory | 0o755, 0n));
      see("link", () => linux.mknod("x", FileKind.Link | 0o777, 0n));
      see("existing", () => linux.mknod("file", FileKind.Fifo | 0o644, 0n));
      see("missing directory", () => linux.mknod("no/x", FileKind.Fifo | 0o644, 0n));
      see("below a file", () => linux.mknod("file/x", FileKind.Fifo | 0o644, 0n));
      see("with a slash", () => linux.mknod("x/", FileKind.Fifo | 0o644, 0n));
      see("existing directory's kind", () => linux.mknod(".", FileKind.Directory, 0n));
    },
  },
  {
    title: "chmod and chown set exactly what they are given",
    run: (bench) => {
      const { linux, see } = bench;
      linux.umask(0o077);
      linux.writeFile("file", "");
      linux.symlink("file", "link");
      see("chmod", () => linux.chmod("file", 0o4755));
      see("mode", () => modeOf(bench, "file"));
      see("through a link", () => linux.chmod("link", 0o600));
      see("mode then", () => modeOf(bench, "file"));
      see("the link's own", () => modeOf(bench, "link"));
      see("chown", () => linux.chown("link", 12, 34));
      see("owner", () => [linux.stat("file").uid, linux.stat("file").gid]);
      see("the link's owner", () => [linux.lstat("link").uid, linux.lstat("link").gid]);
      see("missing", () => linux.chmod("missing", 0o600));
      see("chown missing", () => linux.chown("missing", 0, 0));
    },
  },
  {
    title: "writing replaces, appends, makes, or refuses",
    run: (bench) => {
      const { linux, see } = bench;
      linux.writeFile("file", "long content", { mode: 0o600 });
      see("replace", () => linux.writeFile("file", "short", { mode: 0o644 }));
      see("content", () => linux.readText("file"));
      see("mode stays", () => modeOf(bench, "file"));
      see("append", () => linux.writeFile("file", " and more", { how: "append" }));
      see("appended", () => linux.readText("file"));
      see("exclusive", () => linux.writeFile("file", "", { how: "exclusive" }));
      see("exclusive, new", () => linux.writeFile("new", "1", { how: "exclusive" }));
      see("without making", () => linux.writeFile("missing", "", { create: false }));
      see("append makes", () => linux.writeFile("appended", "1", { how: "append" }));
      see("in a missing directory", () => linux.writeFile("no/file", ""));
      see("a directory", () => linux.writeFile(".", ""));
      see("with a slash", () => linux.writeFile("file/", ""));
      see("a new one with a slash", () => linux.writeFile("other/", ""));
      see("bytes", () => linux.writeFile("bytes", Uint8Array.of(0, 255, 10)));
      see("read", () => [...linux.readFile("bytes")]);
      see("size", () => linux.stat("bytes").size);
      see("as text", () => linux.readText("bytes"));
    },
  },
  {
    title: "reading the wrong thing is refused",
    run: ({ linux, see }) => {
      linux.mkdir("directory");
      linux.writeFile("file", "");
      linux.mknod("socket", FileKind.Socket | 0o666, 0n);
      linux.mknod("device", FileKind.Character | 0o666, makedev(60, 7));
      linux.mknod("block", FileKind.Block | 0o666, makedev(60, 7));
      see("a directory", () => linux.readFile("directory"));
      see("missing", () => linux.readFile("missing"));
      see("below a file", () => linux.readFile("file/x"));
      see("empty path", () => linux.readFile(""));
      see("empty file", () => linux.readText("file"));
      see("a socket", () => linux.readFile("socket"));
      see("a device without a driver", () => linux.readFile("device"));
      see("a block device without a driver", () => linux.readFile("block"));
      see("list a file", () => linux.readDirectory("file"));
      see("list what is missing", () => linux.readDirectory("missing"));
      see("the target of a file", () => linux.readLink("file"));
      see("the target of what is missing", () => linux.readLink("missing"));
    },
  },
  {
    title: "a directory lists its names in order, with their kinds",
    run: ({ linux, see }) => {
      for (const name of ["b", "B", "a", "é", "10", "9", ".hidden"]) linux.mkdir(name);
      linux.writeFile("file", "");
      linux.symlink("nowhere", "link");
      see("list", () => linux.readDirectory("."));
    },
  },
  {
    title: "links count",
    run: ({ linux, see }) => {
      linux.mkdir("directory");
      see("empty directory", () => linux.stat("directory").links);
      linux.mkdir("directory/one");
      linux.mkdir("directory/two");
      linux.writeFile("directory/file", "1");
      see("with two directories", () => linux.stat("directory").links);
      see("link", () => linux.link("directory/file", "other"));
      see("file", () => linux.stat("other").links);
      see("one inode", () => linux.stat("other").inode === linux.stat("directory/file").inode);
      linux.writeFile("other", "2");
      see("content", () => linux.readText("directory/file"));
      see("unlink", () => linux.unlink("directory/file"));
      see("left", () => linux.stat("other").links);
      see("a directory", () => linux.link("directory", "second"));
      see("existing", () => linux.link("other", "directory"));
      see("missing", () => linux.link("missing", "second"));
      linux.symlink("other", "symbolic");
      see("a symbolic link itself", () => linux.link("symbolic", "second"));
      see("its kind", () => linux.readLink("second"));
      see("its links", () => linux.lstat("symbolic").links);
    },
  },
  {
    title: "removing the wrong thing is refused",
    run: ({ linux, base, see }) => {
      linux.mkdir("directory");
      linux.mkdir("directory/sub");
      linux.writeFile("file", "");
      linux.symlink("directory", "link");
      see("unlink a directory", () => linux.unlink("directory"));
      see("unlink a directory with a slash", () => linux.unlink("directory/"));
      see("unlink what is missing", () => linux.unlink("missing"));
      see("unlink what is missing with a slash", () => linux.unlink("missing/"));
      see("unlink a file with a slash", () => linux.unlink("file/"));
      see("unlink dot", () => linux.unlink("."));
      see("unlink two dots", () => linux.unlink("directory/.."));
      see("unlink the root", () => linux.unlink("/"));
      see("rmdir a file", () => linux.rmdir("file"));
      see("rmdir a full one", () => linux.rmdir("directory"));
      see("rmdir what is missing", () => linux.rmdir("missing"));
      see("rmdir dot", () => linux.rmdir("directory/."));
      see("rmdir two dots", () => linux.rmdir("directory/.."));
      see("rmdir the root", () => linux.rmdir("/"));
      see("rmdir a link", () => linux.rmdir("link"));
      see("rmdir a link with a slash", () => linux.rmdir("link/"));
      see("rmdir with a slash", () => linux.rmdir("directory/sub/"));
      see("rmdir the mount's root", () => linux.rmdir(base));
      see("left", () => linux.readDirectory("."));
    },
  },
  {
    title: "making what is there, or where nothing is, is refused",
    run: ({ linux, see }) => {
      linux.writeFile("file", "");
      linux.symlink("nowhere", "link");
      see("mkdir of a file", () => linux.mkdir("file"));
      see("mkdir of dot", () => linux.mkdir("."));
      see("mkdir of two dots", () => linux.mkdir(".."));
      see("mkdir of the root", () => linux.mkdir("/"));
      see("mkdir of a dangling link", () => linux.mkdir("link"));
      see("mkdir with slashes", () => linux.mkdir("directory//"));
      see("mkdir in a missing one", () => linux.mkdir("no/directory"));
      see("mkdir below a file", () => linux.mkdir("file/directory"));
      see("symlink with a slash", () => linux.symlink("x", "new/"));
      see("symlink of nothing", () => linux.symlink("", "new"));
      see("symlink where a file is", () => linux.symlink("x", "file"));
      see("symlink with an empty name", () => linux.symlink("x", ""));
    },
  },
  {
    title: "renaming replaces what may be replaced",
    run: (bench) => {
      const { linux, see } = bench;
      for (const name of ["empty", "full", "full/sub", "d", "d/e"]) linux.mkdir(name);
      for (const name of ["one", "two", "three"]) linux.writeFile(name, name);
      see("file over file", () => linux.rename("one", "two"));
      see("content", () => linux.readText("two"));
      see("directory over an empty one", () => linux.rename("full", "empty"));
      see("moved along", () => namesIn(bench, "empty"));
      see("directory over a full one", () => linux.rename("d", "empty"));
      see("directory over a file", () => linux.rename("d", "two"));
      see("file over a directory", () => linux.rename("two", "d"));
      see("into itself", () => linux.rename("d", "d/e/f"));
      see("onto what it is in", () => linux.rename("d/e", "d"));
      see("missing", () => linux.rename("missing", "x"));
      see("into a missing directory", () => linux.rename("two", "no/x"));
      see("onto itself", () => linux.rename("two", "two"));
      see("dot", () => linux.rename(".", "x"));
      see("onto two dots", () => linux.rename("two", "d/.."));
      see("file to a name with a slash", () => linux.rename("two", "x/"));
      see("directory to a name with a slash", () => linux.rename("d", "x/"));
      linux.link("two", "second");
      see("onto another name of itself", () => linux.rename("two", "second"));
      see("left", () => namesIn(bench, "."));
    },
  },
  {
    title: "names and links do not cross from one mount to another",
    run: (bench) => {
      const { linux, see } = bench;
      linux.mkdir("a");
      linux.mount({ source: "t", target: "a", type: "tmpfs" });
      linux.mkdir("b");
      linux.mkdir("c");
      linux.mount({ source: "b", target: "c", flags: MountFlag.Bind });
      linux.writeFile("file", "");
      linux.writeFile("b/file", "");
      see("rename", () => linux.rename("file", "a/file"));
      see("link", () => linux.link("file", "a/file"));
      see("rename into a bind", () => linux.rename("file", "c/new"));
      see("link into a bind", () => linux.link("b/file", "c/new"));
      see("rename a directory", () => linux.rename("b", "a/b"));
      see("rename what is missing", () => linux.rename("missing", "a/file"));
      see("link to an existing name", () => linux.link("file", "c/file"));
      see("within a bind", () => linux.rename("c/file", "c/new"));
      see("seen", () => namesIn(bench, "b"));
    },
  },
  {
    title: "nothing changes on what is read-only",
    run: (bench) => {
      const { linux, see } = bench;
      readOnlyTmpfs(bench, "a");
      const actions: readonly (readonly [string, () => unknown])[] = [
        ["mkdir", () => linux.mkdir("a/new")],
        ["mkdir of what is there", () => linux.mkdir("a/file")],
        ["mknod", () => linux.mknod("a/new", FileKind.Fifo | 0o600, 0n)],
        ["mknod of what is there", () => linux.mknod("a/file", FileKind.Fifo | 0o600, 0n)],
        ["symlink", () => linux.symlink("x", "a/new")],
        ["symlink where a file is", () => linux.symlink("x", "a/file")],
        ["link", () => linux.link("a/file", "a/new")],
        ["unlink", () => linux.unlink("a/file")],
        ["unlink of what is missing", () => linux.unlink("a/missing")],
        ["unlink of a directory", () => linux.unlink("a/directory")],
        ["rmdir", () => linux.rmdir("a/directory/sub")],
        ["rmdir of what is missing", () => linux.rmdir("a/missing")],
        ["rmdir of a full one", () => linux.rmdir("a/directory")],
        ["rename", () => linux.rename("a/file", "a/new")],
        ["rename of what is missing", () => linux.rename("a/missing", "a/new")],
        ["chmod", () => linux.chmod("a/file", 0o600)],
        ["chown", () => linux.chown("a/file", 1, 1)],
        ["write", () => linux.writeFile("a/file", "")],
        ["write a new one", () => linux.writeFile("a/new", "")],
        ["write a directory", () => linux.writeFile("a/directory", "")],
        [
          "write exclusively what is there",
          () => linux.writeFile("a/file", "", { how: "exclusive" }),
        ],
        ["write through a link", () => linux.writeFile("a/link", "")],
        ["access for writing", () => linux.access("a/file", AccessMode.Write)],
        ["access of a directory", () => linux.access("a/directory", AccessMode.Write)],
        ["access for reading", () => linux.access("a/file", AccessMode.Read)],
        ["open to make, there", () => linux.close(linux.open("a/file", { create: true }))],
        ["open to make, missing", () => linux.open("a/new", { create: true })],
        ["open to truncate", () => linux.open("a/file", { truncate: true })],
        ["read", () => linux.readText("a/link")],
      ];
      for (const [what, action] of actions) see(what, action);
    },
  },
  {
    title: "root may do all, but execute only what somebody may",
    run: (bench) => {
      const { linux, see } = bench;
      linux.mkdir("closed", 0);
      for (const mode of [0, 0o100, 0o001, 0o644, 0o755]) {
        const name = `file-${mode.toString(8)}`;
        linux.writeFile(name, "");
        linux.chmod(name, mode);
        see(`${name}: read`, () => linux.access(name, AccessMode.Read | AccessMode.Write));
        see(`${name}: execute`, () => linux.access(name, AccessMode.Execute));
      }
      see("directory", () => linux.access("closed", AccessMode.Execute | AccessMode.Read));
      see("missing", () => linux.access("missing", AccessMode.Exists));
      see("exists", () => linux.access("closed", AccessMode.Exists));
      linux.chmod("closed", 0);
      see("a file in a closed directory", () => linux.writeFile("closed/file", "1"));
      see("read it", () => linux.readText("closed/file"));
    },
  },
  {
    title: "noexec and nodev hold for files of their mount",
    run: (bench) => {
      const { linux, see } = bench;
      linux.mkdir("a");
      const flags = MountFlag.NoExec | MountFlag.NoDev;
      linux.mount({ source: "t", target: "a", type: "tmpfs", flags });
      linux.writeFile("a/file", "", { mode: 0o755 });
      see("execute", () => linux.access("a/file", AccessMode.Execute));
      see("enter", () => linux.access("a", AccessMode.Execute));
      see("make a node", () => linux.mknod("a/null", FileKind.Character | 0o666, makedev(1, 3)));
      see("open it", () => linux.readFile("a/null"));
      see("stat it", () => modeOf(bench, "a/null"));
      linux.mknod("null", FileKind.Character | 0o666, makedev(1, 3));
      see("elsewhere", () => linux.readText("null"));
    },
  },
  {
    title: "the devices of memory behave as they are named",
    run: ({ linux, see }) => {
      for (const [name, minor] of [
        ["null", 3],
        ["zero", 5],
        ["full", 7],
        ["urandom", 9],
      ] as const) {
        linux.mknod(name, FileKind.Character | 0o666, makedev(1, minor));
      }
      const read = (name: string): unknown => {
        const file = linux.open(name);
        const buffer = new Uint8Array(16).fill(7);
        const count = linux.read(file, buffer);
        linux.close(file);
        return [count, new Set(buffer).size];
      };
      see("null", () => read("null"));
      see("zero", () => read("zero"));
      see("full", () => read("full"));
      see("write null", () => linux.writeFile("null", "x"));
      see("write full", () => linux.writeFile("full", "x"));
      see("size", () => linux.stat("null").size);
    },
  },
  {
    title: "an immutable file stays as it is",
    since: "6.6",
    run: ({ linux, see }) => {
      linux.mkdir("directory");
      linux.writeFile("file", "1");
      see("set", () => linux.setImmutable("file", true));
      see("write", () => linux.writeFile("file", "2"));
      see("append", () => linux.writeFile("file", "2", { how: "append" }));
      see("unlink", () => linux.unlink("file"));
      see("rename", () => linux.rename("file", "x"));
      see("link", () => linux.link("file", "x"));
      see("chmod", () => linux.chmod("file", 0o600));
      see("chown", () => linux.chown("file", 1, 1));
      see("access", () => linux.access("file", 2));
      see("read", () => linux.readText("file"));
      see("clear", () => linux.setImmutable("file", false));
      see("unlink then", () => linux.unlink("file"));
      see("set a directory", () => linux.setImmutable("directory", true));
      see("make in it", () => linux.writeFile("directory/file", ""));
      see("mkdir in it", () => linux.mkdir("directory/sub"));
      see("rmdir it", () => linux.rmdir("directory"));
      see("clear it", () => linux.setImmutable("directory", false));
      see("missing", () => linux.setImmutable("missing", true));
    },
  },
];
