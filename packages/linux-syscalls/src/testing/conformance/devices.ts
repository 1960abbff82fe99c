import { FileKind } from "../../constants.ts";
import { makedev } from "../../device-number.ts";
import { type Bench, type ConformanceScenario, modeOf, namesIn } from "./scenario.ts";

function plantLayers({ linux }: Bench): void {
  for (const name of ["lower", "lower/both", "lower/gone", "upper", "work", "merged"]) {
    linux.mkdir(name);
  }
  linux.mkdir("upper/both");
  linux.writeFile("lower/file", "from below");
  linux.writeFile("lower/covered", "from below");
  linux.writeFile("upper/covered", "from above");
  linux.writeFile("lower/both/low", "");
  linux.writeFile("upper/both/high", "");
  linux.symlink("file", "lower/link");
}

const layers = "lowerdir=lower,upperdir=upper,workdir=work";

function overlay({ linux }: Bench, data: string): void {
  linux.mount({ source: "overlay", target: "merged", type: "overlay", data });
}

/** File systems on top of devices and of others. */
export const deviceScenarios: readonly ConformanceScenario[] = [
  {
    title: "a file system for devices needs one",
    needs: ["ext4"],
    run: ({ linux, see }) => {
      linux.mkdir("a");
      linux.writeFile("file", "");
      linux.mknod("character", FileKind.Character | 0o600, makedev(1, 3));
      linux.mknod("block", FileKind.Block | 0o600, makedev(60, 9));
      const mount = (source: string | null): void =>
        linux.mount({ source, target: "a", type: "ext4" });
      see("a file", () => mount("file"));
      see("a directory", () => mount("a"));
      see("a character device", () => mount("character"));
      see("a block device without a driver", () => mount("block"));
      see("missing", () => mount("missing"));
      see("nothing", () => mount(null));
      see("an empty name", () => mount(""));
    },
  },
  {
    title: "an overlay shows the upper files over the lower ones",
    needs: ["overlay"],
    run: (bench) => {
      const { linux, see } = bench;
      plantLayers(bench);
      see("mount", () => overlay(bench, layers));
      see("names", () => namesIn(bench, "merged"));
      see("merged directory", () => namesIn(bench, "merged/both"));
      see("covered", () => linux.readText("merged/covered"));
      see("through a link", () => linux.readText("merged/link"));
      see("change", () => linux.writeFile("merged/file", "changed"));
      see("changed", () => linux.readText("merged/file"));
      see("below as it was", () => linux.readText("lower/file"));
      see("above", () => linux.readText("upper/file"));
      see("make", () => linux.writeFile("merged/new", "new"));
      see("made above", () => linux.readText("upper/new"));
      see("unlink", () => linux.unlink("merged/covered"));
      see("gone", () => linux.stat("merged/covered"));
      see("still below", () => linux.readText("lower/covered"));
      see("rmdir", () => linux.rmdir("merged/gone"));
      see("unlink in a merged directory", () => linux.unlink("merged/both/low"));
      see("make in a merged directory", () => linux.writeFile("merged/both/more", ""));
      see("names at last", () => namesIn(bench, "merged"));
      see("the merged directory above", () => namesIn(bench, "upper/both"));
      see("what is gone, above", () => modeOf(bench, "upper/covered"));
      see("type", () => linux.statfs("merged").type);
      see("unmount", () => linux.umount2("merged"));
      see("mount again", () => overlay(bench, layers));
      see("kept", () => namesIn(bench, "merged"));
      see("kept in the merged directory", () => namesIn(bench, "merged/both"));
    },
  },
  {
    title: "an overlay without an upper directory is read-only",
    needs: ["overlay"],
    run: (bench) => {
      const { linux, see } = bench;
      plantLayers(bench);
      see("one lower only", () => overlay(bench, "lowerdir=lower"));
      see("two lower", () => overlay(bench, "lowerdir=upper:lower"));
      see("names", () => namesIn(bench, "merged"));
      see("write", () => linux.writeFile("merged/file", ""));
      see("mode", () => modeOf(bench, "merged/file"));
    },
  },
  {
    title: "layers that do not fit are refused",
    needs: ["overlay"],
    run: (bench) => {
      const { linux, see } = bench;
      plantLayers(bench);
      linux.mkdir("elsewhere");
      linux.mount({ source: "t", target: "elsewhere", type: "tmpfs" });
      linux.mkdir("elsewhere/work");
      see("missing lower", () => overlay(bench, "lowerdir=no,upperdir=upper,workdir=work"));
      see("missing upper", () => overlay(bench, "lowerdir=lower,upperdir=no,workdir=work"));
      see("no lower", () => overlay(bench, "upperdir=upper,workdir=work"));
      see("no work", () => overlay(bench, "lowerdir=lower,upperdir=upper"));
      see("work elsewhere", () =>
        overlay(bench, "lowerdir=lower,upperdir=upper,workdir=elsewhere/work"),
      );
      see("work is upper", () => overlay(bench, "lowerdir=lower,upperdir=upper,workdir=upper"));
      see("unknown option", () => overlay(bench, `${layers},nosuch=1`));
    },
  },
  {
    title: "a new set of terminals has its own master",
    needs: ["devpts"],
    run: (bench) => {
      const { linux, see } = bench;
      linux.mkdir("pts");
      const mount = (data: string): void =>
        linux.mount({ source: "devpts", target: "pts", type: "devpts", data });
      see("mount", () => mount("gid=5,mode=0620,ptmxmode=0666"));
      see("names", () => namesIn(bench, "pts"));
      see("mode", () => modeOf(bench, "pts/ptmx"));
      see("unmount", () => linux.umount2("pts"));
      see("unknown option", () => mount("nosuch"));
      see("closed", () => mount("ptmxmode=000"));
      see("closed mode", () => modeOf(bench, "pts/ptmx"));
    },
  },
];
