import { describe, expect, it } from "@jest/globals";
import {
  baseFileSystems,
  binaryFormatFileSystem,
  containerFileSystems,
  controlGroups,
  elogindFileSystems,
  fileSystemModules,
  fuseControlFileSystem,
  hasType,
  immutableStore,
  pseudoFileSystemTypes,
  pseudoTerminalFileSystem,
  sharedMemoryFileSystem,
  ttyGid,
  unifiedControlGroup,
  type FileSystem,
} from "@earlyboot/mount-spec";

/** `SOURCE MOUNTPOINT TYPE FLAGS OPTIONS`, and what is not as usual. */
function summary(fs: FileSystem): string {
  const { device, mountPoint, type, flags, options } = fs;
  const notes = [
    fs.check ? "check" : "",
    fs.createMountPoint ? "create" : "",
    fs.neededForBoot ? "needed" : "",
    ...fs.dependencies.map((one) => `after ${typeof one === "string" ? one : one.mountPoint}`),
  ];
  const words = [device.none ?? device.path, mountPoint, type, flags.join("+"), options, ...notes];
  return words.filter((word) => word !== "" && word !== null).join(" ");
}

describe("the well-known lists", () => {
  it("hold the types of pseudo file systems", () => {
    expect(pseudoFileSystemTypes.join(" ")).toBe(
      "binfmt_misc cgroup debugfs devpts devtmpfs efivarfs fusectl hugetlbfs overlay proc " +
        "securityfs sysfs tmpfs bpf cgroup2 configfs mqueue pstore tracefs virtiofs xenfs",
    );
  });

  it.each([
    [fuseControlFileSystem, "fusectl /sys/fs/fuse/connections fusectl"],
    [binaryFormatFileSystem, "binfmt_misc /proc/sys/fs/binfmt_misc binfmt_misc"],
    [pseudoTerminalFileSystem, `none /dev/pts devpts gid=${ttyGid},mode=620 create`],
    [sharedMemoryFileSystem(), "tmpfs /dev/shm tmpfs no-suid+no-dev size=50% create"],
    [sharedMemoryFileSystem({ size: "1G" }), "tmpfs /dev/shm tmpfs no-suid+no-dev size=1G create"],
    [immutableStore(), "/gnu/store /gnu/store none read-only+bind-mount"],
    [immutableStore("/nix/store"), "/nix/store /nix/store none read-only+bind-mount"],
    [unifiedControlGroup, "cgroup2 /sys/fs/cgroup cgroup2"],
  ])("hold %#: %j", (fs, text) => {
    expect(summary(fs)).toBe(text);
  });

  it("hold the group of terminals", () => {
    expect(ttyGid).toBe(996);
  });

  it("hold each controller of control groups, after the directory of all", () => {
    const controllers = "cpuset cpu cpuacct memory devices freezer blkio perf_event".split(" ");

    expect(controlGroups.map(summary)).toEqual([
      "cgroup /sys/fs/cgroup tmpfs",
      ...controllers.map(
        (name) => `cgroup /sys/fs/cgroup/${name} cgroup ${name} create after /sys/fs/cgroup`,
      ),
    ]);
  });

  it("hold what elogind needs", () => {
    expect(elogindFileSystems.map(summary)).toEqual([
      "none /run/systemd tmpfs no-suid+no-dev+no-exec mode=0755 create",
      "none /run/user tmpfs no-suid+no-dev+no-exec mode=0755 create",
      "cgroup /sys/fs/cgroup/elogind cgroup none,name=elogind create after /sys/fs/cgroup",
      ...controlGroups.map(summary),
    ]);
  });

  it("hold what every system has", () => {
    expect(baseFileSystems).toEqual([
      pseudoTerminalFileSystem,
      sharedMemoryFileSystem(),
      immutableStore(),
    ]);
  });

  it("hold what a container mounts", () => {
    expect(containerFileSystems.map(summary)).toEqual([
      "none /dev/pts devpts no-exec+no-suid newinstance,ptmxmode=0666,mode=620 create needed",
      "tmpfs /dev/shm tmpfs no-exec+no-suid+no-dev mode=1777,size=65536k create needed",
      "mqueue /dev/mqueue mqueue no-exec+no-suid+no-dev create needed",
    ]);
  });
});

describe("hasType", () => {
  it("makes a predicate", () => {
    expect(containerFileSystems.filter(hasType("tmpfs")).map(summary)).toEqual([
      expect.stringContaining("/dev/shm"),
    ]);
  });
});

describe("fileSystemModules", () => {
  it("names the alias of a type first, then what it asks for", () => {
    expect(fileSystemModules("vfat")).toEqual(expect.arrayContaining(["fs-vfat", "nls_cp437"]));
    expect(fileSystemModules("xfs")).toEqual(["fs-xfs"]);
  });
});
