import { fileURLToPath } from "node:url";
import { expect } from "@jest/globals";
import { findStaticBusybox, makeScratchRoot } from "@earlyboot/earlyboot";
import { bootGuest, scratchFile } from "../support/boot-guest.ts";
import { bootTest } from "../support/boot-test.ts";
import { run } from "../support/make-disks.ts";
import { testImage } from "../support/test-image.ts";

const hooks = fileURLToPath(new URL("../support/programs/every-call.mjs", import.meta.url));

bootTest("makes each call of Linux for real, from a hook in the guest", async () => {
  const file = scratchFile("root");
  await makeScratchRoot({ file });
  const small = scratchFile("small");
  run("mke2fs", ["-q", "-t", "ext4", small, "4M"]);

  const guest = await bootGuest({
    image: await testImage({
      modules: ["virtio_pci", "virtio_blk", "ext4", "loop", "dummy", "btrfs"],
      configuration: { hooks: "/lib/earlyboot/hooks.mjs", modules: { load: ["loop", "btrfs"] } },
      programs: [{ file: await findStaticBusybox(), path: "/bin/busybox" }],
      files: [
        { file: hooks, path: "/lib/earlyboot/hooks.mjs" },
        { file: small, path: "/small.img", mode: 0o600 },
      ],
    }),
    disks: [{ file }],
    commandLine: "root=LABEL=earlyboot-root",
  });
  const [, json = ""] = await guest.console.expect(/every call (\{.*\})/);

  expect(JSON.parse(json)).toEqual({
    mount: "done",
    "mount of a missing type": "ENODEV",
    statfs: 0x01021994,
    pivotRoot: "EINVAL",
    chroot: "done",
    umask: 0o022,
    chdir: "done",
    writeFile: "done",
    readText: "content",
    readFile: true,
    link: "done",
    symlink: "done",
    readLink: "file",
    stat: 2,
    lstat: true,
    mknod: "done",
    chmod: "done",
    chown: "done",
    access: "done",
    rename: "done",
    readDirectory: "fifo,file,link,third",
    unlink: "done",
    mkdir: "done",
    rmdir: "done",
    openAt: "content 7 3 7",
    statAt: 7,
    readDirectoryAt: 3,
    fchdir: "done",
    unlinkAt: "done",
    createMemoryFile: 1,
    finitModule: "done",
    "finitModule again": "EEXIST",
    uevents: true,
    deleteModule: "done",
    initModule: "done",
    "initModule of garbage": "ENOEXEC",
    interfaceFlags: true,
    setInterfaceAddress: "done",
    setInterfaceNetmask: "done",
    setInterfaceFlags: "done",
    addRoute: "done",
    "interface that is missing": "ENODEV",
    openBlockDevice: "512 83,239 true",
    "unlink of an immutable file": "EPERM",
    "attachLoop, setImmutable, detachLoop": "done",
    scanBtrfsDevice: "EINVAL",
    btrfsDevicesReady: "EINVAL",
    getpid: 1,
    spawn: "exited 0 true",
    kill: "signalled 9",
    "kill of nobody": "ESRCH",
    "execve that fails": "ENOENT",
    onSignal: "came",
    sync: "done",
    reboot: "done",
    terminalMode: true,
    setTerminalMode: "done",
    terminalSize: "number",
    pendingOutput: "number",
    setsid: 1,
    setControllingTerminal: "done",
    dropControllingTerminal: "done",
    sleep: true,
    realTime: true,
    umount2: "done",
  });
  // All of it leaves the boot as it was.
  expect((await guest.reachedInit()).pid).toBe(1);
});
