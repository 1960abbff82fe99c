import { expect, it } from "@jest/globals";
import { MountFlag, errorCode } from "@earlyboot/linux-syscalls";
import { simulateLinux } from "@earlyboot/linux-syscalls/testing";

it("records what changes the machine as strace would", () => {
  const linux = simulateLinux({ files: { "/root/dev": { kind: "directory" } } });

  linux.mount({ source: "/dev", target: "/root/dev", flags: MountFlag.Move });
  linux.chdir("/root");
  linux.stat("/");

  expect(linux.calls).toEqual(["mount /dev /root/dev - 8192", "chdir /root"]);
  expect(linux.mounts.map(({ target }) => target)).toEqual(["/", "/proc", "/sys", "/root/dev"]);
});

it("mounts a block device that appears later", async () => {
  const linux = simulateLinux({
    devices: [
      {
        name: "vda",
        appears: 181_000,
        fileSystem: { type: "ext4", label: "root", files: { "/sbin/init": "x" } },
      },
    ],
  });
  const uevents = linux.openUevents();

  const { events } = await uevents.next();
  linux.mount({ source: "/dev/vda", target: "/root", type: "ext4" });

  expect(events[0]).toMatchObject({ action: "add", properties: { DEVNAME: "vda" } });
  expect(linux.now()).toBe(181_000);
  expect(linux.readText("/root/sbin/init")).toBe("x");
});

it("runs programs", async () => {
  const linux = simulateLinux({
    programs: { "/sbin/fsck": { status: 4, output: "bad\n", takes: 5000 } },
  });
  const chunks: string[] = [];

  const child = await linux.spawn({
    path: "/sbin/fsck",
    onOutput: (chunk) => chunks.push(new TextDecoder().decode(chunk)),
  });

  expect(await child.exited).toEqual({ kind: "exited", status: 4 });
  expect(chunks).toEqual(["bad\n"]);
  expect(linux.now()).toBe(6000);
});

it("ends with execve", async () => {
  const linux = simulateLinux({ programs: { "/sbin/init": {} } });
  let thrown: unknown;
  try {
    linux.execve("/sbin/init", ["/sbin/init"], { HOME: "/" });
  } catch (error) {
    thrown = error;
  }
  expect(errorCode(thrown)).toBe("SIMULATION_ENDED");
  expect(await linux.ended).toMatchObject({ kind: "execve", path: "/sbin/init" });
});
