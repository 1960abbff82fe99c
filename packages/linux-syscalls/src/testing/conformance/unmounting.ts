import { UmountFlag } from "../../constants.ts";
import { type Bench, type ConformanceScenario, mountsBelow, namesIn } from "./scenario.ts";

function mountTmpfs({ linux }: Bench, ...targets: readonly string[]): void {
  for (const target of targets) {
    linux.mkdir(target);
    linux.mount({ source: "tmpfs", target, type: "tmpfs" });
  }
}

/** What holds a mount, and what does not. */
export const unmountingScenarios: readonly ConformanceScenario[] = [
  {
    title: "what is not mounted cannot be unmounted",
    run: (bench) => {
      const { linux, see } = bench;
      mountTmpfs(bench, "a");
      linux.mkdir("a/b");
      linux.writeFile("file", "");
      see("a directory in a mount", () => linux.umount2("a/b"));
      see("a plain directory lazily", () => linux.umount2("a/b", UmountFlag.Detach));
      see("a file", () => linux.umount2("file"));
      see("missing", () => linux.umount2("missing"));
      see("below a file", () => linux.umount2("file/x"));
      see("unknown flag", () => linux.umount2("a", 64));
      see("empty", () => linux.umount2(""));
    },
  },
  {
    title: "an open file keeps its mount busy, and outlives a lazy unmount",
    run: (bench) => {
      const { linux, see } = bench;
      mountTmpfs(bench, "a");
      linux.writeFile("a/file", "content");
      const file = linux.open("a/file");
      see("busy", () => linux.umount2("a"));
      see("forced", () => linux.umount2("a", UmountFlag.Force));
      see("lazy", () => linux.umount2("a", UmountFlag.Detach));
      const buffer = new Uint8Array(7);
      see("read", () => linux.read(file, buffer));
      see("bytes", () => new TextDecoder().decode(buffer));
      see("gone", () => namesIn(bench, "a"));
      see("close", () => linux.close(file));
    },
  },
  {
    title: "a working directory keeps its mount busy, and outlives a lazy unmount",
    run: (bench) => {
      const { linux, base, see } = bench;
      mountTmpfs(bench, "a");
      linux.mkdir("a/b");
      linux.chdir("a/b");
      see("busy", () => linux.umount2(`${base}/a`));
      see("lazy", () => linux.umount2(`${base}/a`, UmountFlag.Detach));
      see("above", () => namesIn(bench, ".."));
      see("make a file", () => linux.writeFile("file", "x"));
      see("read it", () => linux.readText("../b/file"));
      see("above the root of what is detached", () => namesIn(bench, "../../.."));
    },
  },
  {
    title: "a mount below keeps a mount busy; a lazy unmount takes both",
    run: (bench) => {
      const { linux, see } = bench;
      mountTmpfs(bench, "a", "a/b", "a/b/c");
      see("busy", () => linux.umount2("a"));
      see("lazy", () => linux.umount2("a", UmountFlag.Detach));
      see("left", () => mountsBelow(bench));
      see("empty", () => namesIn(bench, "a"));
    },
  },
  {
    title: "a lazy unmount of a tree takes its mounts apart",
    run: (bench) => {
      const { linux, base, see } = bench;
      mountTmpfs(bench, "a", "a/b");
      linux.writeFile("a/b/deep", "");
      linux.chdir("a");
      see("lazy", () => linux.umount2(`${base}/a`, UmountFlag.Detach));
      see("what was mounted below", () => namesIn(bench, "b"));
    },
  },
  {
    title: "an expiring unmount asks twice",
    run: (bench) => {
      const { linux, see } = bench;
      mountTmpfs(bench, "a");
      see("with lazy", () => linux.umount2("a", UmountFlag.Expire | UmountFlag.Detach));
      see("with force", () => linux.umount2("a", UmountFlag.Expire | UmountFlag.Force));
      see("first", () => linux.umount2("a", UmountFlag.Expire));
      see("second", () => linux.umount2("a", UmountFlag.Expire));
      mountTmpfs(bench, "b");
      see("first on b", () => linux.umount2("b", UmountFlag.Expire));
      see("use b", () => linux.writeFile("b/file", ""));
      see("after use", () => linux.umount2("b", UmountFlag.Expire));
      const file = linux.open("b/file");
      see("while open", () => linux.umount2("b", UmountFlag.Expire));
      linux.close(file);
    },
  },
  {
    title: "names with something mounted on them stay",
    run: (bench) => {
      const { linux, see } = bench;
      mountTmpfs(bench, "a");
      linux.writeFile("file", "1");
      linux.writeFile("other", "2");
      linux.mkdir("free");
      linux.mount({ source: "other", target: "file", flags: 4096 });
      see("rmdir", () => linux.rmdir("a"));
      see("rmdir of a full one", () => {
        linux.writeFile("a/x", "");
        linux.rmdir("a");
      });
      see("rename from", () => linux.rename("a", "b"));
      see("rename onto", () => linux.rename("free", "a"));
      see("unlink", () => linux.unlink("file"));
      see("rename a file onto", () => linux.rename("other", "file"));
      see("content", () => linux.readText("file"));
      linux.umount2("a");
      see("rmdir when free", () => linux.rmdir("a"));
      see("the mount's own root", () => linux.rmdir("."));
    },
  },
  {
    title: "descriptors reach into what is moved or covered",
    run: (bench) => {
      const { linux, see } = bench;
      mountTmpfs(bench, "a");
      linux.mkdir("b");
      linux.mkdir("a/sub");
      linux.writeFile("a/sub/file", "");
      const directory = linux.open("a", { directory: true });
      see("move", () => linux.mount({ source: "a", target: "b", flags: 8192 }));
      see("list", () => linux.readDirectoryAt(directory));
      see("stat", () => linux.statAt(directory, "sub/file").mode.toString(8));
      see("unlink", () => linux.unlinkAt(directory, "sub/file"));
      see("not empty any more", () => linux.unlinkAt(directory, "sub", "directory"));
      see("seen from outside", () => namesIn(bench, "b"));
      mountTmpfs(bench, "b/cover");
      see(
        "covered place by descriptor",
        () => linux.statAt(directory, "cover").device === linux.fstat(directory).device,
      );
      see("unlink a mount point", () => linux.unlinkAt(directory, "cover", "directory"));
      linux.close(directory);
    },
  },
];
