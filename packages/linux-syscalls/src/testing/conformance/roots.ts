import { MountFlag, UmountFlag } from "../../constants.ts";
import { type Bench, type ConformanceScenario, namesIn } from "./scenario.ts";

function tmpfs({ linux }: Bench, target: string): void {
  linux.mkdir(target);
  linux.mount({ source: "tmpfs", target, type: "tmpfs" });
}

function moveToRoot({ linux }: Bench): void {
  linux.mount({ source: ".", target: "/", flags: MountFlag.Move });
}

/** Changes of the root directory. */
export const rootScenarios: readonly ConformanceScenario[] = [
  {
    title: "chroot makes a directory the root, and leaves the working directory outside",
    alone: true,
    run: (bench) => {
      const { linux, see } = bench;
      linux.mkdir("new");
      linux.mkdir("new/inside");
      linux.writeFile("outside", "");
      linux.writeFile("new/file", "in the new root");
      linux.symlink("/file", "new/absolute");
      linux.symlink("../../../file", "new/inside/up");
      see("a file", () => linux.chroot("outside"));
      see("missing", () => linux.chroot("missing"));
      see("chroot", () => linux.chroot("new"));
      see("root", () => namesIn(bench, "/"));
      see("still outside", () => namesIn(bench, "."));
      see("absolute link", () => linux.readText("/absolute"));
      see("no way up", () => linux.readText("/inside/up"));
      see("up from outside", () => linux.readText("new/../new/file"));
      see("chdir", () => linux.chdir("/"));
      see("above the root", () => namesIn(bench, ".."));
    },
  },
  {
    title: "pivot_root onto itself piles the old root on the new, and unmounting frees it",
    alone: true,
    run: (bench) => {
      const { linux, see } = bench;
      tmpfs(bench, "new");
      linux.mkdir("new/proc");
      linux.mount({ source: "proc", target: "new/proc", type: "proc" });
      linux.chdir("new");
      see("pivot", () => linux.pivotRoot(".", "."));
      see("here", () => namesIn(bench, "."));
      see("root", () => namesIn(bench, "/"));
      see("unmount", () => linux.umount2(".", UmountFlag.Detach));
      see("chdir", () => linux.chdir("/"));
      see("root afterwards", () => namesIn(bench, "/"));
      see("mounts", () =>
        linux
          .readText("/proc/self/mounts")
          .split("\n")
          .map((line) => line.split(" ").slice(0, 3).join(" ")),
      );
    },
  },
  {
    title: "pivot_root puts the old root below the new one",
    alone: true,
    run: (bench) => {
      const { linux, base, see } = bench;
      tmpfs(bench, "new");
      linux.mkdir("new/old");
      see("pivot", () => linux.pivotRoot("new", "new/old"));
      see("root", () => namesIn(bench, "/"));
      see("old", () => linux.stat(`/old${base}/new`).mode.toString(8));
      see("working directory", () => namesIn(bench, "."));
      see("busy", () => linux.umount2("/old"));
      see("lazily", () => linux.umount2("/old", UmountFlag.Detach));
      see("gone", () => namesIn(bench, "/old"));
    },
  },
  {
    title: "pivot_root refuses what cannot be a root",
    run: (bench) => {
      const { linux, see } = bench;
      tmpfs(bench, "new");
      linux.mkdir("new/old");
      linux.mkdir("plain");
      linux.mkdir("plain/old");
      linux.writeFile("file", "");
      see("no mount", () => linux.pivotRoot("plain", "plain/old"));
      see("old outside of new", () => linux.pivotRoot("new", "plain"));
      see("missing new", () => linux.pivotRoot("missing", "new/old"));
      see("missing old", () => linux.pivotRoot("new", "new/missing"));
      see("a file", () => linux.pivotRoot("file", "new/old"));
      see("the root itself", () => linux.pivotRoot("/", "new/old"));
      see("old on the root's mount", () => linux.pivotRoot("new", "/"));
      linux.mount({ target: "new", flags: MountFlag.Shared });
      see("shared new", () => linux.pivotRoot("new", "new/old"));
      linux.mount({ target: "new", flags: MountFlag.Private });
      linux.mount({ target: ".", flags: MountFlag.Shared });
      see("shared above new", () => linux.pivotRoot("new", "new/old"));
    },
  },
  {
    title: "a mount moved onto the root is reached by chroot",
    alone: true,
    run: (bench) => {
      const { linux, see } = bench;
      tmpfs(bench, "new");
      linux.mkdir("new/marker");
      linux.chdir("new");
      see("move", () => moveToRoot(bench));
      see(
        "root is still the old one",
        () =>
          linux.stat("/").inode === linux.stat(".").inode &&
          linux.stat("/").device === linux.stat(".").device,
      );
      see("chroot", () => linux.chroot("."));
      see("chdir", () => linux.chdir("/"));
      see("root", () => namesIn(bench, "/"));
      see("above", () => namesIn(bench, "/.."));
    },
  },
];
