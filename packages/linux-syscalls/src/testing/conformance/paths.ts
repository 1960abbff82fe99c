import { type Bench, type ConformanceScenario, modeOf, namesIn } from "./scenario.ts";

/** A chain of symbolic links, of which the first leads to `target`. */
function chain({ linux }: Bench, length: number, target: string): string {
  let last = target;
  for (let i = 1; i <= length; i++) {
    const name = `chain-${length}-${i}`;
    linux.symlink(last, name);
    last = name;
  }
  return last;
}

/** Where paths lead. */
export const pathScenarios: readonly ConformanceScenario[] = [
  {
    title: "symbolic links lead where they say, from where they are",
    run: (bench) => {
      const { linux, base, see } = bench;
      linux.mkdir("a");
      linux.mkdir("a/b");
      linux.writeFile("a/file", "content");
      linux.symlink("../file", "a/b/up");
      linux.symlink("b/up", "a/through");
      linux.symlink(`${base}/a`, "absolute");
      linux.symlink("a/b", "directory");
      see("relative", () => linux.readText("a/b/up"));
      see("a link to a link", () => linux.readText("a/through"));
      see("absolute", () => linux.readText("absolute/file"));
      see("up from a linked directory", () => linux.readText("directory/../file"));
      see("target", () => linux.readLink("a/b/up"));
      see("lstat", () => modeOf(bench, "a/b/up"));
      see("lstat with a slash", () => modeOf(bench, "directory/"));
      see("length", () => linux.lstat("a/b/up").size);
      see("chdir", () => linux.chdir("directory"));
      see("here", () => linux.readText("up"));
    },
  },
  {
    title: "links that lead nowhere, or round in circles",
    run: (bench) => {
      const { linux, see } = bench;
      linux.symlink("nowhere", "dangling");
      linux.symlink("self", "self");
      linux.symlink("pong", "ping");
      linux.symlink("ping", "pong");
      see("stat dangling", () => linux.stat("dangling"));
      see("lstat dangling", () => modeOf(bench, "dangling"));
      see("access dangling", () => linux.access("dangling", 0));
      see("exclusive", () => linux.writeFile("dangling", "", { how: "exclusive" }));
      see("write makes the target", () => linux.writeFile("dangling", "made"));
      see("made", () => linux.readText("nowhere"));
      for (const name of ["self", "ping"]) {
        see(`stat ${name}`, () => linux.stat(name));
        see(`write ${name}`, () => linux.writeFile(name, ""));
        see(`below ${name}`, () => linux.stat(`${name}/x`));
        see(`lstat ${name}`, () => modeOf(bench, name));
        see(`unlink ${name}`, () => linux.unlink(name));
      }
    },
  },
  {
    title: "forty links are followed, and no more",
    run: (bench) => {
      const { linux, see } = bench;
      linux.writeFile("file", "found");
      linux.mkdir("directory");
      linux.writeFile("directory/file", "found too");
      const forty = chain(bench, 40, "file");
      const more = chain(bench, 41, "file");
      const directory = chain(bench, 20, "directory");
      see("forty", () => linux.readText(forty));
      see("forty-one", () => linux.readText(more));
      see("twenty and twenty", () => linux.readText(`${directory}/../${directory}/file`));
      linux.symlink("../file", "directory/link");
      see("and one more", () => linux.readText(`${directory}/../${directory}/link`));
    },
  },
  {
    title: "names have at most 255 bytes, paths 4095",
    run: ({ linux, see }) => {
      const name = "n".repeat(255);
      see("longest name", () => linux.mkdir(name));
      see("too long", () => linux.mkdir(`${name}n`));
      see("too long, in bytes", () => linux.mkdir("é".repeat(128)));
      see("longest in bytes", () => linux.mkdir(`${"é".repeat(127)}e`));
      see("too long on the way", () => linux.stat(`${name}n/x`));
      see("too long to be there", () => linux.stat(`${name}n`));
      see("longest path", () => linux.stat(`${"./".repeat(2046)}.`).mode.toString(8));
      see("path too long", () => linux.stat(`${"./".repeat(2047)}..`));
      see("longest link", () => linux.symlink("x".repeat(4095), "link"));
      see("link too long", () => linux.symlink("x".repeat(4096), "link2"));
    },
  },
  {
    title: "slashes and dots",
    run: (bench) => {
      const { linux, base, see } = bench;
      linux.mkdir("a");
      linux.writeFile("a/file", "1");
      linux.symlink("a", "link");
      linux.symlink("a/file", "file-link");
      see("many slashes", () => linux.readText(`${base}//a///file`));
      see("dots", () => linux.readText("./a/./../a/file"));
      see("file with a slash", () => linux.stat("a/file/"));
      see("file with a dot", () => linux.stat("a/file/."));
      see("file and up", () => linux.stat("a/file/.."));
      see("missing and up", () => linux.stat("missing/.."));
      see("link to a file with a slash", () => linux.stat("file-link/"));
      see("link with a slash", () => linux.readLink("link/"));
      see("link", () => linux.readLink("link"));
      see("above the root", () => linux.stat("/../../..").inode === linux.stat("/").inode);
      see("chdir to a file", () => linux.chdir("a/file"));
      see("chdir to nothing", () => linux.chdir("missing"));
      see("chdir to a link", () => linux.chdir("link"));
      see("there", () => namesIn(bench, "."));
    },
  },
  {
    title: "a removed working directory is empty and stays so",
    run: (bench) => {
      const { linux, see } = bench;
      linux.mkdir("a");
      linux.chdir("a");
      see("remove", () => linux.rmdir("../a"));
      see("list", () => namesIn(bench, "."));
      see("stat", () => linux.stat(".").links);
      see("mkdir", () => linux.mkdir("sub"));
      see("write", () => linux.writeFile("file", ""));
      see("above", () => namesIn(bench, ".."));
      see("mount", () => linux.mount({ source: "t", target: ".", type: "tmpfs" }));
    },
  },
  {
    title: "procfs and sysfs have no names but their own",
    run: ({ linux, see }) => {
      for (const [type, file] of [
        ["proc", "uptime"],
        ["sysfs", "kernel/uevent_seqnum"],
      ] as const) {
        linux.mkdir(type);
        linux.mount({ source: type, target: type, type });
        see(`${type}: mkdir`, () => linux.mkdir(`${type}/new`));
        see(`${type}: write`, () => linux.writeFile(`${type}/new`, ""));
        see(`${type}: symlink`, () => linux.symlink("x", `${type}/new`));
        see(`${type}: mknod`, () => linux.mknod(`${type}/new`, 0o010600, 0n));
        see(`${type}: unlink`, () => linux.unlink(`${type}/${file}`));
        see(`${type}: missing`, () => linux.readText(`${type}/missing`));
        see(`${type}: read`, () => linux.readText(`${type}/${file}`).length > 0);
        see(`${type}: link`, () => linux.link(`${type}/${file}`, `${type}/new`));
      }
    },
  },
];
