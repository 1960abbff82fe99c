import { expect, it } from "@jest/globals";
import { executeInit, findInit, initEnvironment, switchRoot } from "@earlyboot/switch-root";

import { goodRoot, program, script, startMachine } from "./machine.ts";

const kthreadd = {
  "/proc/2/stat": `2 (kthreadd) S 0 0 0 0 -1 2129984${" 0".repeat(12)} 1 0\n`,
  "/proc/2/limits":
    "Limit                     Soft Limit           Hard Limit           Units     \n" +
    "Max open files            512                  2048                 files     \n",
};

it("becomes the init of the new root, with its name, arguments and a clean environment", async () => {
  const linux = startMachine({ files: kthreadd });
  switchRoot(linux, "/root");

  expect(() => executeInit(linux, "/sbin/init", ["single"])).toThrow("has become /sbin/init");
  expect(await linux.ended).toEqual({
    kind: "execve",
    path: "/sbin/init",
    argv: ["/sbin/init", "single"],
    environment: { HOME: "/", TERM: "linux", PATH: "/sbin:/usr/sbin:/bin:/usr/bin" },
    descriptors: { 0: "/dev/console", 1: "/dev/console", 2: "/dev/console" },
    closedLater: [],
    openFiles: { soft: 512, hard: 2048 },
    workingDirectory: "/",
  });
});

it("keeps the descriptors that it is told to, and leaves others to the kernel", async () => {
  const linux = startMachine();
  const kept = linux.createMemoryFile("state");
  const later = linux.open("/init");
  switchRoot(linux, "/root");

  const options = { keep: [kept], closeLater: [later] };
  expect(() => executeInit(linux, "/sbin/init", [], initEnvironment(), options)).toThrow(
    "has become",
  );
  expect(await linux.ended).toMatchObject({
    descriptors: { [kept]: expect.any(String) },
    closedLater: ["/init"],
  });
});

it.each([
  ["nothing tells", {}],
  [
    "process 2 is no kernel thread",
    { ...kthreadd, "/proc/2/stat": `2 (x) S 0 0 0 0 -1 0${" 0".repeat(14)}\n` },
  ],
  ["its limits cannot be read", { ...kthreadd, "/proc/2/limits": "Max open files unlimited\n" }],
])("takes the kernel's own limit of open files where %s", async (_, files) => {
  const linux = startMachine({ files });

  expect(() => executeInit(linux, "/init")).toThrow("has become /init");
  expect(await linux.ended).toMatchObject({ openFiles: { soft: 1024, hard: 4096 } });
});

it("throws what the kernel answers", () => {
  expect(() => executeInit(startMachine(), "/nowhere")).toThrow(
    "ENOENT: no such file or directory, execve '/nowhere'",
  );
});

it("finds the first init that can be executed, in the kernel's order", () => {
  const { "/sbin/init": init = "", ...root } = goodRoot;
  const files = {
    ...root,
    "/sbin/init": script("#!/missing"),
    "/bin/sh": init,
    "/etc/init": program(),
  };

  expect(findInit(startMachine({ root: files }), "/root")).toBe("/etc/init");
  expect(findInit(startMachine({ root: files }), "/root/", ["/x", "/bin/sh"])).toBe("/bin/sh");
  expect(findInit(startMachine({ root }), "/root")).toBeUndefined();
});
