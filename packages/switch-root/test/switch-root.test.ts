import { describe, expect, it } from "@jest/globals";
import { errorCode, MountFlag } from "@earlyboot/linux-syscalls";
import type { SimulatedLinux } from "@earlyboot/linux-syscalls/testing";
import {
  checkSwitchRoot,
  SwitchRootFailedError,
  SwitchRootRefusedError,
  switchRoot,
} from "@earlyboot/switch-root";

import { callsOf, goodRoot, placesOf, program, startMachine } from "./machine.ts";

const placesAfter = ["proc /proc", "sysfs /sys", "devtmpfs /dev", "tmpfs /run", "ext4 /"];

it("moves what every program expects, then the root, frees the initramfs and reopens the console", () => {
  const linux = startMachine();

  const result = switchRoot(linux, "/root", { init: "/sbin/init" });

  expect(result).toEqual({ method: "move", removed: expect.any(Number), warnings: [] });
  expect(withoutDetail(callsOf(linux))).toEqual([
    "mkdir /root/dev 0755 = EEXIST",
    "mkdir /root/proc 0755 = EEXIST",
    "mkdir /root/sys 0755 = EEXIST",
    "mkdir /root/run 0755 = EEXIST",
    "mount /dev /root/dev - 8192",
    "mount /proc /root/proc - 8192",
    "mount /sys /root/sys - 8192",
    "mount /run /root/run - 8192",
    "chdir /root",
    "pivot_root . . = EINVAL",
    "mount . / - 8192",
    "chroot .",
    "chdir /",
    "unlinkat …",
    "open /dev/console read-write noControllingTerminal",
    "dup2 </dev/console> 0",
    "dup2 </dev/console> 1",
    "dup2 </dev/console> 2",
  ]);
  expect(placesOf(linux)).toEqual(placesAfter);
  expect(linux.readText("/etc/hostname")).toBe("real\n");
});

it("pivots where the kernel can", () => {
  const linux = startMachine({ nullfs: true });

  const result = switchRoot(linux, "/root", { init: "/sbin/init" });

  expect(result).toEqual({ method: "pivot", removed: expect.any(Number), warnings: [] });
  expect(withoutDetail(callsOf(linux))).toEqual([
    "mkdir /root/dev 0755 = EEXIST",
    "mkdir /root/proc 0755 = EEXIST",
    "mkdir /root/sys 0755 = EEXIST",
    "mkdir /root/run 0755 = EEXIST",
    "mount /dev /root/dev - 8192",
    "mount /proc /root/proc - 8192",
    "mount /sys /root/sys - 8192",
    "mount /run /root/run - 8192",
    "chdir /root",
    "pivot_root . .",
    "umount2 . 2",
    "chdir /",
    "unlinkat …",
    "open /dev/console read-write noControllingTerminal",
    "dup2 </dev/console> 0",
    "dup2 </dev/console> 1",
    "dup2 </dev/console> 2",
  ]);
  expect(placesOf(linux)).toEqual(placesAfter);
});

it("moves where the caller says that a process still uses the initramfs", () => {
  const linux = startMachine({ nullfs: true });

  const { method, warnings } = switchRoot(linux, "/root", { pivot: false });

  expect({ method, warnings }).toEqual({ method: "move", warnings: [] });
  // For that process, whose root the initramfs still is.
  expect(callsOf(linux)).toContain("mount proc /proc proc 0");
  expect(placesOf(linux)).toEqual(placesAfter);
});

it.each([false, true])(
  "moves away from mounts that are shared, where pivot_root works: %s",
  (nullfs) => {
    const linux = startMachine({ nullfs });
    linux.mount({ target: "/", flags: MountFlag.Shared | MountFlag.Recursive });

    const { warnings } = switchRoot(linux, "/root");

    expect(warnings).toEqual([]);
    expect(placesOf(linux)).toEqual(placesAfter);
    expect(linux.readText("/proc/self/mountinfo")).toMatch(/ \/ \/ .* shared:\d+ - ext4 /);
  },
);

it("makes the missing directories of a writable root", () => {
  const root = { "/sbin/init": program() };
  const linux = startMachine({ root, flags: 0 });

  switchRoot(linux, "/root");

  expect(linux.readDirectory("/").map(({ name }) => name)).toEqual([
    "dev",
    "proc",
    "run",
    "sbin",
    "sys",
  ]);
  expect(linux.stat("/proc/self/mountinfo").mode).toBeGreaterThan(0);
});

describe("when a check fails", () => {
  it("names every reason and touches nothing", () => {
    const linux = startMachine({ pid: 2, root: { "/sbin/init": "no program" } });
    const [calls, mounts] = [linux.calls, placesOf(linux)];
    const refused = catchError(() => switchRoot(linux, "/root", { init: "/sbin/init" }));

    expect(refused).toBeInstanceOf(SwitchRootRefusedError);
    expect(errorCode(refused)).toBe("ERR_SWITCH_ROOT_REFUSED");
    expect(refused).toMatchObject({
      newRoot: "/root",
      reasons: checkSwitchRoot(linux, "/root", "/sbin/init"),
    });
    expect(refused.message).toMatch(
      /^refused to make \/root the root; nothing was changed:\n- this is process 2/,
    );
    expect(linux.calls).toEqual(calls);
    expect(placesOf(linux)).toEqual(mounts);
  });
});

describe("when the kernel refuses a step", () => {
  const steps = stepsOfSwitch();

  it.each(steps)("undoes everything before: %s", (step, index) => {
    const linux = startMachine({ failures: [{ index, error: "EPERM" }] });
    const mounts = placesOf(linux);
    const failed = catchError(() => switchRoot(linux, "/root"));

    expect(errorCode(failed)).toBe("ERR_SWITCH_ROOT_FAILED");
    expect(failed).toBeInstanceOf(SwitchRootFailedError);
    expect(failed).toMatchObject({ newRoot: "/root", notRestored: [] });
    expect(failed.message).toContain("EPERM: operation not permitted");
    expect(failed.message).toContain("all file systems are back in their places");
    expect([...placesOf(linux)].toSorted()).toEqual([...mounts].toSorted());
    expect(linux.stat("/init").mode).toBeGreaterThan(0);
    expect(linux.readText("/proc/self/mountinfo")).toContain(" /root ");
    expect(step).not.toBe("");
  });

  it("says what it could not undo", () => {
    const linux = startMachine({
      failures: [
        { call: "chroot", error: "EPERM" },
        { call: "mount", path: "/proc", error: "EBUSY", nth: 2 },
      ],
    });
    const failed = catchError(() => switchRoot(linux, "/root"));

    expect(failed).toMatchObject({
      notRestored: ["EBUSY: device or resource busy, mount '/proc'"],
    });
    expect(failed.message).toMatch(
      /and could not be undone: EBUSY: device or resource busy, mount '\/proc'$/,
    );
    expect(placesOf(linux)).toEqual(expect.arrayContaining(["sysfs /sys", "devtmpfs /dev"]));
  });
});

describe("frees the initramfs", () => {
  it("and nothing that is mounted in it", () => {
    const linux = startMachine();
    linux.mkdir("/kept");
    linux.mount({ source: "kept", target: "/kept", type: "tmpfs" });
    linux.writeFile("/kept/file", "kept");
    const kept = linux.open("/kept", { directory: true });

    const { warnings } = switchRoot(linux, "/root");

    expect(warnings).toEqual([]);
    expect(linux.readDirectoryAt(kept).map(({ name }) => name)).toEqual(["file"]);
  });

  it("and nothing that a link leads to", () => {
    const root = { ...goodRoot, "/home/me/file": "mine" };
    const linux = startMachine({
      root,
      flags: 0,
      files: { "/out": { kind: "link", target: "/root/home" } },
    });
    linux.symlink("/root/home/me", "/lib/me");

    switchRoot(linux, "/root");

    expect(linux.readText("/home/me/file")).toBe("mine");
  });

  it("but not what the new root shows of it", () => {
    const root = { ...goodRoot, "/lib/modules": { kind: "directory" } } as const;
    const linux = startMachine({ root });
    linux.mount({ source: "/lib/modules", target: "/root/lib/modules", flags: MountFlag.Bind });

    const { warnings } = switchRoot(linux, "/root");

    expect(warnings).toEqual([]);
    expect(linux.readText("/lib/modules/6.12/disk.ko")).toBe("module");
  });

  it("not at all when the whole of it is mounted elsewhere", () => {
    const root = { ...goodRoot, "/initramfs": { kind: "directory" } } as const;
    const linux = startMachine({ root });
    linux.mount({ source: "/", target: "/root/initramfs", flags: MountFlag.Bind });

    const { warnings, removed } = switchRoot(linux, "/root");

    expect(removed).toBe(0);
    expect(warnings).toEqual(["the initramfs was not freed: it is mounted elsewhere as a whole"]);
    expect(linux.readDirectory("/initramfs").map(({ name }) => name)).toContain("init");
  });

  it("as far as it can, and tells what it could not", () => {
    const linux = startMachine({
      failures: [{ call: "unlinkAt", path: "disk.ko", error: "EPERM" }],
    });
    const oldRoot = linux.open("/", { directory: true });
    const { warnings } = switchRoot(linux, "/root");

    expect(warnings).toEqual(["not freed: EPERM: operation not permitted, unlinkat 'disk.ko'"]);
    expect(linux.readDirectoryAt(oldRoot).map(({ name }) => name)).toEqual(["lib"]);
  });

  it("in bounded time", () => {
    const linux = startMachine();
    let now = 0;
    const slow = { ...linux, now: () => (now += 100) };

    const { warnings, method } = switchRoot(slow, "/root", { freeWithin: 300 });

    expect(method).toBe("move");
    expect(warnings).toEqual(["stopped freeing the initramfs after 0.3 s"]);
  });

  it("with a few warnings when everything fails", () => {
    const files = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`/file${i}`, ""]));
    const linux = startMachine({ files, failures: [{ call: "unlinkAt", error: "EIO" }] });

    expect(switchRoot(linux, "/root").warnings).toHaveLength(10);
  });
});

it("leaves the standard streams alone when the console is gone, and says so", () => {
  const linux = startMachine({
    failures: [{ call: "open", path: "/dev/console", error: "ENXIO" }],
  });

  expect(switchRoot(linux, "/root").warnings).toEqual([
    "standard streams stay as they are: ENXIO: no such device or address, open '/dev/console'",
  ]);
});

describe.each([false, true])("whatever call fails, where pivot_root works: %s", (nullfs) => {
  const plain = startMachine({ nullfs });
  const first = plain.trace.length;
  switchRoot(plain, "/root");
  const before = stateOf(startMachine({ nullfs }), "/root");
  const calls = plain.trace.slice(first).map(({ index, text }) => [index, text] as const);

  it.each(calls)("ends well or as it began: call %i, %s", (index) => {
    for (const error of ["EIO", "EINVAL"]) {
      const linux = startMachine({ nullfs, failures: [{ index, error }] });

      expect(["switched", "as it was"]).toContain(tryToSwitch(linux, before));
    }
  });
});

/** The calls, with what is removed one after another as one line. */
function withoutDetail(calls: readonly string[]): readonly string[] {
  const short = calls.map((call) => (call.startsWith("unlinkat") ? "unlinkat …" : call));
  return short.filter((call, index) => call !== short[index - 1] || call !== "unlinkat …");
}

/** What became of a machine on which a call was to fail. */
function tryToSwitch(linux: SimulatedLinux, before: State): string {
  try {
    switchRoot(linux, "/root");
    const { files } = stateOf(linux, "");
    return files === before.files ? "switched" : `switched, with the files ${files}`;
  } catch (error) {
    const after = stateOf(linux, "/root");
    const isThere = linux.readText("/init") !== "";
    const isSame = isThere && after.mounts === before.mounts && after.files === before.files;
    const mayReport = error instanceof Error && errorCode(error) !== undefined;
    return isSame && mayReport ? "as it was" : `${String(error)}, with ${JSON.stringify(after)}`;
  }
}

/** What is mounted, and what some files of the root hold. */
interface State {
  readonly mounts: string;
  readonly files: string;
}

function stateOf(linux: SimulatedLinux, root: string): State {
  const files = ["/sbin/init", "/lib/ld.so", "/etc/hostname"];
  return {
    mounts: placesOf(linux).toSorted().join(),
    files: files.map((path) => linux.readText(root + path)).join(),
  };
}

/** Each call that changes something before the root is switched, by text and number. */
function stepsOfSwitch(): readonly (readonly [text: string, index: number])[] {
  const linux = startMachine();
  const first = linux.trace.length;
  switchRoot(linux, "/root");
  const after = linux.trace.slice(first);
  const switched = after.findIndex(({ call }) => call === "chroot");
  return after
    .slice(0, switched + 1)
    .filter(({ call }) => ["mount", "chdir", "chroot"].includes(call))
    .map(({ text, index }) => [text, index]);
}

function catchError(action: () => unknown): Error {
  try {
    action();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("nothing was thrown");
}
