import { MountFlag, UmountFlag } from "../../constants.ts";
import { type Bench, type ConformanceScenario, mountsBelow, namesIn } from "./scenario.ts";

function tmpfs({ linux }: Bench, target: string): void {
  linux.mkdir(target);
  linux.mount({ source: "tmpfs", target, type: "tmpfs" });
}

function spread({ linux }: Bench, target: string, flags: number): void {
  linux.mount({ target, flags });
}

/** A mount `a`, spread as the flags say, and a bind of it at `b`. */
function pair(bench: Bench, flags: number): void {
  tmpfs(bench, "a");
  spread(bench, "a", flags);
  bench.linux.mkdir("b");
  bench.linux.mount({ source: "a", target: "b", flags: MountFlag.Bind });
}

/** How mounts spread between places. */
export const propagatingScenarios: readonly ConformanceScenario[] = [
  {
    title: "shared mounts see each other's mounts and unmounts",
    run: (bench) => {
      const { linux, see } = bench;
      pair(bench, MountFlag.Shared);
      tmpfs(bench, "a/x");
      linux.writeFile("a/x/file", "");
      see("from a to b", () => namesIn(bench, "b/x"));
      tmpfs(bench, "b/y");
      see("table", () => mountsBelow(bench));
      see("unmount in b", () => linux.umount2("b/x"));
      see("gone in a", () => namesIn(bench, "a/x"));
      see("lazily in a", () => linux.umount2("a/y", UmountFlag.Detach));
      see("table afterwards", () => mountsBelow(bench));
    },
  },
  {
    title: "private mounts keep to themselves",
    run: (bench) => {
      const { see } = bench;
      pair(bench, MountFlag.Private);
      tmpfs(bench, "a/x");
      see("table", () => mountsBelow(bench));
    },
  },
  {
    title: "a slave receives and does not send",
    run: (bench) => {
      const { linux, see } = bench;
      pair(bench, MountFlag.Shared);
      see("enslave", () => spread(bench, "b", MountFlag.Slave));
      tmpfs(bench, "a/x");
      tmpfs(bench, "b/y");
      see("table", () => mountsBelow(bench));
      see("unmount at the master", () => linux.umount2("a/x"));
      see("table afterwards", () => mountsBelow(bench));
      see("shared slave", () => spread(bench, "b", MountFlag.Shared));
      see("table at last", () => mountsBelow(bench));
    },
  },
  {
    title: "a shared mount that nobody else shares becomes private as a slave",
    run: (bench) => {
      const { see } = bench;
      tmpfs(bench, "a");
      spread(bench, "a", MountFlag.Shared);
      see("shared", () => mountsBelow(bench));
      see("slave", () => spread(bench, "a", MountFlag.Slave));
      see("private", () => mountsBelow(bench));
    },
  },
  {
    title: "an unbindable mount cannot be bound, and is left out of a recursive bind",
    run: (bench) => {
      const { linux, see } = bench;
      tmpfs(bench, "a");
      tmpfs(bench, "a/no");
      tmpfs(bench, "a/yes");
      spread(bench, "a/no", MountFlag.Unbindable);
      linux.mkdir("b");
      see("bind", () => linux.mount({ source: "a/no", target: "b", flags: MountFlag.Bind }));
      see("recursive", () =>
        linux.mount({ source: "a", target: "b", flags: MountFlag.Bind | MountFlag.Recursive }),
      );
      see("table", () => mountsBelow(bench));
    },
  },
  {
    title: "propagation is changed on its own, and only of mounts",
    run: (bench) => {
      const { linux, see } = bench;
      linux.mkdir("plain");
      tmpfs(bench, "a");
      see("of a directory", () => spread(bench, "plain", MountFlag.Private));
      see("two at once", () => spread(bench, "a", MountFlag.Shared | MountFlag.Private));
      see("with read-only", () => spread(bench, "a", MountFlag.Shared | MountFlag.ReadOnly));
      see("missing", () => spread(bench, "missing", MountFlag.Private));
      see("silently", () => spread(bench, "a", MountFlag.Shared | MountFlag.Silent));
      see("table", () => mountsBelow(bench));
    },
  },
  {
    title: "propagation can be changed for a whole tree",
    run: (bench) => {
      const { see } = bench;
      tmpfs(bench, "a");
      tmpfs(bench, "a/b");
      tmpfs(bench, "a/b/c");
      see("shared", () => spread(bench, "a", MountFlag.Shared | MountFlag.Recursive));
      see("table", () => mountsBelow(bench));
      tmpfs(bench, "a/d");
      see("a new one below", () => mountsBelow(bench));
      see("private", () => spread(bench, "a", MountFlag.Private | MountFlag.Recursive));
      see("table at last", () => mountsBelow(bench));
    },
  },
  {
    title: "what lies in a shared mount is not moved away",
    run: (bench) => {
      const { linux, see } = bench;
      tmpfs(bench, "a");
      spread(bench, "a", MountFlag.Shared);
      tmpfs(bench, "a/sub");
      linux.mkdir("b");
      const move = (): void => linux.mount({ source: "a/sub", target: "b", flags: MountFlag.Move });
      see("shared parent", move);
      see("private parent", () => {
        spread(bench, "a", MountFlag.Private);
        move();
      });
      see("table", () => mountsBelow(bench));
    },
  },
  {
    title: "what moves into a shared mount becomes shared, and spreads",
    run: (bench) => {
      const { linux, see } = bench;
      pair(bench, MountFlag.Shared);
      linux.mkdir("a/place");
      tmpfs(bench, "c");
      tmpfs(bench, "c/below");
      see("move", () => linux.mount({ source: "c", target: "a/place", flags: MountFlag.Move }));
      see("table", () => mountsBelow(bench));
    },
  },
  {
    title: "a bind into a shared mount spreads with what is below",
    run: (bench) => {
      const { linux, see } = bench;
      pair(bench, MountFlag.Shared);
      linux.mkdir("a/place");
      tmpfs(bench, "c");
      tmpfs(bench, "c/below");
      const flags = MountFlag.Bind | MountFlag.Recursive;
      see("bind", () => linux.mount({ source: "c", target: "a/place", flags }));
      see("table", () => mountsBelow(bench));
      see("unmount", () => linux.umount2("b/place", UmountFlag.Detach));
      see("table afterwards", () => mountsBelow(bench));
    },
  },
];
