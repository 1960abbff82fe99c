/**
 * Run in a mount namespace of its own, with a directory as its argument: plays scenes of mounting, each on a
 * new tmpfs at that directory, and prints what came of them, by their names, as JSON.
 */
import { MountFlag, UmountFlag, errorCode } from "@earlyboot/linux-syscalls";
import { openLinux } from "@earlyboot/linux-syscalls-ffi";
import {
  bindMount,
  fileSystem,
  mountFileSystem,
  sortForMounting,
  type FileSystem,
  type FileSystemFlag,
} from "@earlyboot/mount-spec";

const linux = openLinux();
const [stage = ""] = process.argv.slice(2);
const root = `${stage}/root`;
const results: Record<string, unknown> = {};

linux.mount({ target: "/", flags: MountFlag.Private | MountFlag.Recursive });

scene("a tmpfs with flags and options", () => {
  const target = mount(tmpfs("/a/b", ["no-suid", "no-dev", "no-atime"], "size=1m,mode=0700"));
  return { target, mounts: mountsBelow(root), mode: linux.stat(target).mode & 0o7777 };
});

scene("a read-only bind of a source with flags", () => {
  const source = mountSource(MountFlag.NoSuid | MountFlag.NoExec | MountFlag.NoAtime);
  mount(bind(source, "/copy", ["read-only"]));
  return {
    mounts: mountsBelow(stage),
    write: attempt(() => linux.writeFile(`${root}/copy/file`, "new")),
    writeAtSource: attempt(() => linux.writeFile(`${source}/file`, "new")),
  };
});

scene("a recursive read-only bind", () => {
  const source = mountSource(MountFlag.NoDev);
  linux.mkdir(`${source}/in ner`);
  linux.mount({ source: "x", target: `${source}/in ner`, type: "tmpfs", flags: MountFlag.NoExec });
  linux.mkdir(`${source}/in ner/most`);
  linux.mount({
    source: "y",
    target: `${source}/in ner/most`,
    type: "tmpfs",
    flags: MountFlag.StrictAtime,
  });
  mount(bind(source, "/copy", ["read-only", "recursive"]));
  return {
    mounts: mountsBelow(stage),
    writes: ["", "/in ner", "/in ner/most"].map((path) =>
      attempt(() => linux.writeFile(`${root}/copy${path}/new`, "")),
    ),
  };
});

scene("a bind without recursion", () => {
  const source = mountSource(0);
  linux.mkdir(`${source}/inner`);
  linux.mount({ source: "x", target: `${source}/inner`, type: "tmpfs" });
  linux.writeFile(`${source}/inner/hidden`, "");
  mount(bind(source, "/copy"));
  return linux.readDirectory(`${root}/copy/inner`);
});

scene("a recursive bind of shadowed mounts", () => {
  const source = mountSource(0);
  for (const path of ["/over", "/over/deep"]) linux.mkdir(source + path);
  linux.mount({ source: "below", target: `${source}/over/deep`, type: "tmpfs" });
  linux.mount({ source: "above", target: `${source}/over`, type: "tmpfs" });
  mount(bind(source, "/copy", ["read-only", "recursive"]));
  return attempt(() => linux.writeFile(`${root}/copy/over/new`, ""));
});

scene("a bind of a file", () => {
  const source = mountSource(0);
  linux.writeFile(`${source}/file`, "text");
  mount(bind(`${source}/file`, "/etc/copy", ["read-only"]));
  return {
    text: linux.readText(`${root}/etc/copy`),
    write: attempt(() => linux.writeFile(`${root}/etc/copy`, "new")),
  };
});

scene("every propagation", () => {
  const source = mountSource(0);
  linux.mount({ target: source, flags: MountFlag.Shared });
  const kinds: readonly (readonly FileSystemFlag[])[] = [
    ["shared"],
    ["private"],
    ["slave"],
    ["slave", "shared"],
    ["unbindable"],
  ];
  return kinds.map((flags) => {
    const target = mount(bind(source, `/${flags.join("-")}`, flags));
    const fields =
      mountLines()
        .find((line) => line[4] === target)
        ?.slice(6) ?? [];
    return fields.slice(0, fields.indexOf("-")).map((field) => field.replace(/:.*/, ""));
  });
});

scene("nested and shadowed targets in any order", () => {
  const list = [tmpfs("/a/b/c"), tmpfs("/a"), tmpfs("/a/b"), tmpfs("/a", ["read-only"])];
  const [, lower] = list;
  return {
    answers: sortForMounting(list).map((fs) => attempt(() => void mount(fs))),
    lower: lower?.mountPoint,
    mounts: mountsBelow(root),
  };
});

scene("links that lead out of the root", () => {
  for (const directory of ["outside", "outside/log"]) linux.mkdir(`${stage}/${directory}`);
  linux.symlink(`${stage}/outside`, `${root}/absolute`);
  linux.symlink("../../../../../../../outside", `${root}/relative`);
  linux.symlink(`${stage}/outside/log`, `${root}/last`);
  const targets = ["/absolute/log", "/relative/log", "/last"].map((path) => mount(tmpfs(path)));
  return {
    targets: targets.map((target) => target.slice(stage.length)),
    outside: linux.readDirectory(`${stage}/outside`).map(({ name }) => name),
    mountedOutside: mountsBelow(`${stage}/outside`),
  };
});

scene("a link within the root", () => {
  linux.mkdir(`${root}/real`);
  linux.symlink("/real", `${root}/link`);
  return mount(tmpfs("/link/x")).slice(stage.length);
});

scene("a root that cannot be written", () => {
  linux.mount({ source: "r", target: root, type: "tmpfs", flags: MountFlag.ReadOnly });
  return failure(() => mount(tmpfs("/missing")));
});

scene("a remount", () => {
  mount(tmpfs("/a"));
  mount(tmpfs("/a", ["remount", "read-only"]));
  return mountsBelow(root);
});

scene("failures", () => {
  const device = (type: string, source: string): FileSystem =>
    fileSystem({ device: { path: source }, mountPoint: "/a", type, check: false });
  linux.writeFile(`${stage}/file`, "");
  return {
    unknownType: failure(() => mount(device("nosuchfs", "/dev/null"))),
    noBlockDevice: failure(() => mount(device("ext4", `${stage}/file`))),
    noDevice: failure(() => mount(device("ext4", `${stage}/missing`))),
    badOption: failure(() => mount(tmpfs("/a", [], "nosuchoption=1"))),
    directoryOnFile: failure(() => mountOnFile()),
    left: mountsBelow(root),
  };
});

scene("the plain bind", () => {
  const source = mountSource(0);
  linux.writeFile(`${source}/file`, "text");
  linux.mkdir(`${root}/copy`);
  bindMount(linux, source, `${root}/copy`);
  return linux.readText(`${root}/copy/file`);
});

console.log(JSON.stringify(results));

function scene(name: string, play: () => unknown): void {
  linux.mount({ source: "stage", target: stage, type: "tmpfs" });
  linux.mkdir(root);
  results[name] = play();
  linux.umount2(stage, UmountFlag.Detach);
}

function mount(fs: FileSystem): string {
  return mountFileSystem(linux, fs, { root });
}

function tmpfs(
  mountPoint: string,
  flags: readonly FileSystemFlag[] = [],
  options: string | null = null,
): FileSystem {
  return fileSystem({ device: { none: "scene" }, mountPoint, type: "tmpfs", flags, options });
}

function bind(path: string, mountPoint: string, flags: readonly FileSystemFlag[] = []): FileSystem {
  return fileSystem({
    device: { path },
    mountPoint,
    type: "none",
    flags: ["bind-mount", ...flags],
  });
}

function mountSource(flags: number): string {
  const source = `${stage}/source`;
  linux.mkdir(source);
  linux.mount({ source: "source", target: source, type: "tmpfs", flags });
  return source;
}

function mountOnFile(): void {
  linux.writeFile(`${root}/file`, "");
  mount(bind(stage, "/file"));
}

/** The code of an error, or "done". */
function attempt(action: () => void): string {
  return failure(action)?.code ?? "done";
}

function failure(action: () => void): { readonly code: string; readonly message: string } | null {
  try {
    action();
    return null;
  } catch (error) {
    const message = error instanceof Error ? error.message.replaceAll(stage, "STAGE") : "";
    return { code: errorCode(error) ?? "none", message };
  }
}

/** The fields of each line of mountinfo. */
function mountLines(): readonly (readonly string[])[] {
  return linux
    .readText("/proc/self/mountinfo")
    .split("\n")
    .map((line) => line.replaceAll("\\040", " ").split(" "));
}

/** Path and flags of what is mounted below a path, without the path. */
function mountsBelow(path: string): readonly string[] {
  return linux
    .readText("/proc/self/mountinfo")
    .split("\n")
    .map((line) => line.split(" "))
    .flatMap(([, , , , target = "", flags = ""]) =>
      target.startsWith(`${path}/`) ? [`${target.slice(path.length)} ${flags}`] : [],
    );
}
