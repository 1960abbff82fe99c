import { fileSystem, type FileSystem, type FileSystemDeclaration } from "./file-system.ts";
import { defaultStore } from "./neededness.ts";

/** Shows the connections of FUSE. */
export const fuseControlFileSystem: FileSystem = /* @__PURE__ */ fileSystem({
  device: { none: "fusectl" },
  mountPoint: "/sys/fs/fuse/connections",
  type: "fusectl",
  check: false,
});

/** Tells the kernel of other formats of programs. */
export const binaryFormatFileSystem: FileSystem = /* @__PURE__ */ fileSystem({
  device: { none: "binfmt_misc" },
  mountPoint: "/proc/sys/fs/binfmt_misc",
  type: "binfmt_misc",
  check: false,
});

/** The group that owns terminals. */
export const ttyGid = 996;

/** Pseudo terminals. */
export const pseudoTerminalFileSystem: FileSystem = /* @__PURE__ */ fileSystem({
  device: { none: "none" },
  mountPoint: "/dev/pts",
  type: "devpts",
  options: "gid=996,mode=620",
  neededForBoot: false,
  check: false,
  createMountPoint: true,
});

/** POSIX shared memory, of a `size` as tmpfs(5) takes it. */
export function sharedMemoryFileSystem({
  size = "50%",
}: { readonly size?: string } = {}): FileSystem {
  return fileSystem({
    device: { none: "tmpfs" },
    mountPoint: "/dev/shm",
    type: "tmpfs",
    flags: ["no-suid", "no-dev"],
    options: `size=${size}`,
    check: false,
    createMountPoint: true,
  });
}

/** The store, bound onto itself and read-only, so that only its daemon changes it. */
export function immutableStore(store: string = defaultStore): FileSystem {
  return fileSystem({
    device: { path: store },
    mountPoint: store,
    type: "none",
    flags: ["read-only", "bind-mount"],
    check: false,
  });
}

const controlGroupParent: FileSystemDeclaration = {
  device: { none: "cgroup" },
  mountPoint: "/sys/fs/cgroup",
  type: "tmpfs",
  check: false,
};

function makeControlGroups(): readonly FileSystem[] {
  const parent = fileSystem(controlGroupParent);
  const controllers = "cpuset cpu cpuacct memory devices freezer blkio perf_event".split(" ");
  return [
    parent,
    ...controllers.map((name) =>
      fileSystem({
        device: { none: "cgroup" },
        mountPoint: `/sys/fs/cgroup/${name}`,
        type: "cgroup",
        options: name,
        check: false,
        createMountPoint: true,
        dependencies: [parent],
      }),
    ),
  ];
}

/** Control groups of the first version, each controller by itself. See cgroups(7). */
export const controlGroups: readonly FileSystem[] = /* @__PURE__ */ makeControlGroups();

/** Control groups of the second version, one hierarchy. See cgroups(7). */
export const unifiedControlGroup: FileSystem = /* @__PURE__ */ fileSystem({
  device: { none: "cgroup2" },
  mountPoint: "/sys/fs/cgroup",
  type: "cgroup2",
  check: false,
});

function makeElogindFileSystems(): readonly FileSystem[] {
  const runtime = ["/run/systemd", "/run/user"].map((mountPoint) =>
    fileSystem({
      device: { none: "none" },
      mountPoint,
      type: "tmpfs",
      flags: ["no-suid", "no-dev", "no-exec"],
      options: "mode=0755",
      check: false,
      createMountPoint: true,
    }),
  );
  const sessions = fileSystem({
    device: { none: "cgroup" },
    mountPoint: "/sys/fs/cgroup/elogind",
    type: "cgroup",
    options: "none,name=elogind",
    check: false,
    createMountPoint: true,
    dependencies: [controlGroupParent],
  });
  return [...runtime, sessions, ...controlGroups];
}

/** What elogind(8) needs, with all of {@link controlGroups}. */
export const elogindFileSystems: readonly FileSystem[] = /* @__PURE__ */ makeElogindFileSystems();

/** What every system has: pseudo terminals, shared memory and the immutable store. */
export const baseFileSystems: readonly FileSystem[] = [
  pseudoTerminalFileSystem,
  /* @__PURE__ */ sharedMemoryFileSystem(),
  /* @__PURE__ */ immutableStore(),
];

function makeContainerFileSystems(): readonly FileSystem[] {
  const common = { neededForBoot: true, check: false, createMountPoint: true } as const;
  return [
    fileSystem({
      ...common,
      device: { none: "none" },
      mountPoint: "/dev/pts",
      type: "devpts",
      flags: ["no-exec", "no-suid"],
      options: "newinstance,ptmxmode=0666,mode=620",
    }),
    fileSystem({
      ...common,
      device: { none: "tmpfs" },
      mountPoint: "/dev/shm",
      type: "tmpfs",
      flags: ["no-exec", "no-suid", "no-dev"],
      options: "mode=1777,size=65536k",
    }),
    fileSystem({
      ...common,
      device: { none: "mqueue" },
      mountPoint: "/dev/mqueue",
      type: "mqueue",
      flags: ["no-exec", "no-suid", "no-dev"],
    }),
  ];
}

/** What a container mounts for itself. */
export const containerFileSystems: readonly FileSystem[] =
  /* @__PURE__ */ makeContainerFileSystems();

/** Makes the predicate of file systems of a type. */
export function hasType(type: string): (fs: Pick<FileSystem, "type">) => boolean {
  return (fs) => fs.type === type;
}
