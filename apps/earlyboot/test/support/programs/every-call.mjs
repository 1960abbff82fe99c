// A hook that makes each call of `Linux` for real in the guest, and prints what came of it as one line.

/** @param {import("@earlyboot/initrd-init").Boot} boot */
async function makeEveryCall({ linux, ui, configuration }) {
  const results = {};
  const see = async (name, action) => {
    try {
      const value = await action();
      results[name] = typeof value === "bigint" ? Number(value) : (value ?? "done");
    } catch (error) {
      results[name] = error.code ?? String(error);
    }
  };
  const text = (bytes) => new TextDecoder().decode(bytes);
  const bytes = (string) => new TextEncoder().encode(string);
  const dummy = `/lib/modules/${configuration.kernel}/kernel/drivers/net/dummy.ko`;
  const regular = 0o100000;
  const fifo = 0o010000;

  // Mounts
  linux.mkdir("/every");
  await see("mount", () => linux.mount({ source: "t", target: "/every", type: "tmpfs" }));
  await see("mount of a missing type", () => linux.mount({ target: "/every", type: "nosuch" }));
  await see("statfs", () => linux.statfs("/every").type);
  await see("pivotRoot", () => linux.pivotRoot("/every", "/every"));
  await see("chroot", () => linux.chroot("/"));

  // Files
  linux.umask(0o022);
  await see("umask", () => linux.umask(0o022));
  await see("chdir", () => linux.chdir("/every"));
  await see("writeFile", () => linux.writeFile("file", "content"));
  await see("readText", () => linux.readText("/every/file"));
  await see("readFile", () => linux.readFile("/proc/cmdline").length > 0);
  await see("link", () => linux.link("/every/file", "/every/second"));
  await see("symlink", () => linux.symlink("file", "/every/link"));
  await see("readLink", () => linux.readLink("/every/link"));
  await see("stat", () => linux.stat("/every/link").links);
  await see("lstat", () => (linux.lstat("/every/link").mode & 0o170000) !== regular);
  await see("mknod", () => linux.mknod("/every/fifo", fifo | 0o666, 0n));
  await see("chmod", () => linux.chmod("/every/file", 0o600));
  await see("chown", () => linux.chown("/every/file", 1, 2));
  await see("access", () => linux.access("/every/file", 4));
  await see("rename", () => linux.rename("/every/second", "/every/third"));
  await see("readDirectory", () =>
    linux
      .readDirectory("/every")
      .map(({ name }) => name)
      .join(),
  );
  await see("unlink", () => linux.unlink("/every/third"));
  await see("mkdir", () => linux.mkdir("/every/directory", 0o700));
  await see("rmdir", () => linux.rmdir("/every/directory"));

  // Descriptors
  const directory = linux.open("/every", { directory: true });
  await see("openAt", () => {
    const file = linux.openAt(directory, "file", { access: "read-write" });
    const buffer = new Uint8Array(7);
    const read = linux.read(file, buffer, 0n);
    const written = linux.write(file, bytes("CON"));
    const size = Number(linux.fstat(file).size);
    linux.close(file);
    return `${text(buffer)} ${read} ${written} ${size}`;
  });
  await see("statAt", () => Number(linux.statAt(directory, "file").size));
  await see("readDirectoryAt", () => linux.readDirectoryAt(directory).length);
  await see("fchdir", () => linux.fchdir(directory));
  await see("unlinkAt", () => linux.unlinkAt(directory, "fifo"));
  await see("createMemoryFile", () => {
    const file = linux.createMemoryFile("every");
    linux.dup2(file, 50);
    linux.close(file);
    const written = linux.write(50, bytes("x"));
    linux.close(50);
    return written;
  });
  linux.close(directory);

  // Modules and uevents
  const uevents = linux.openUevents();
  const finit = async () => {
    const file = linux.open(dummy);
    try {
      await linux.finitModule(file, "numdummies=1");
    } finally {
      linux.close(file);
    }
  };
  await see("finitModule", finit);
  await see("finitModule again", finit);
  await see("uevents", async () => {
    const { events } = await uevents.next();
    return events.some(({ devpath }) => devpath.includes("dummy"));
  });
  uevents.close();
  await see("deleteModule", () => linux.deleteModule("dummy"));
  await see("initModule", () => linux.initModule(linux.readFile(dummy), "numdummies=1"));
  await see("initModule of garbage", () => linux.initModule(bytes("no module"), ""));

  // Network
  await see("interfaceFlags", () => (linux.interfaceFlags("dummy0") & 1) === 0);
  await see("setInterfaceAddress", () => linux.setInterfaceAddress("dummy0", "10.9.8.7"));
  await see("setInterfaceNetmask", () => linux.setInterfaceNetmask("dummy0", "255.255.255.0"));
  await see("setInterfaceFlags", () => linux.setInterfaceFlags("dummy0", 1));
  await see("addRoute", () =>
    linux.addRoute({ destination: "10.1.0.0", netmask: "255.255.0.0", interface: "dummy0" }),
  );
  await see("interface that is missing", () => linux.interfaceFlags("nosuch0"));

  // Block devices
  await see("openBlockDevice", async () => {
    const device = await linux.openBlockDevice("/dev/vda");
    const magic = await device.read(0x438n, 2);
    device.close();
    return `${device.sectorSize} ${magic.join()} ${device.size > 0n}`;
  });
  await see("attachLoop, setImmutable, detachLoop", async () => {
    const device = linux.attachLoop({ file: "/small.img", readOnly: false });
    linux.mkdir("/every/loop");
    linux.mount({ source: device, target: "/every/loop", type: "ext4" });
    linux.writeFile("/every/loop/x", "");
    linux.setImmutable("/every/loop/x", true);
    await see("unlink of an immutable file", () => linux.unlink("/every/loop/x"));
    linux.setImmutable("/every/loop/x", false);
    linux.unlink("/every/loop/x");
    linux.umount2("/every/loop");
    linux.detachLoop(device);
  });
  await see("scanBtrfsDevice", () => linux.scanBtrfsDevice("/dev/vda"));
  await see("btrfsDevicesReady", () => linux.btrfsDevicesReady("/dev/vda"));

  // Processes and terminals
  await see("getpid", () => linux.getpid());
  await see("spawn", async () => {
    let output = "";
    const child = await linux.spawn({
      path: "/sbin/e2fsck",
      arguments: ["-V"],
      onOutput: (chunk) => {
        output += text(chunk);
      },
    });
    const status = await child.exited;
    return `${status.kind} ${status.status} ${output.startsWith("e2fsck")}`;
  });
  await see("kill", async () => {
    const child = await linux.spawn({
      path: "/bin/busybox",
      arguments: ["sleep", "600"],
    });
    child.kill(9);
    const status = await child.exited;
    return `${status.kind} ${status.signal}`;
  });
  await see("kill of nobody", () => linux.kill(99_999, 0));
  await see("execve that fails", () => linux.execve("/nosuch", ["/nosuch"], {}));
  await see("onSignal", async () => {
    const got = Promise.withResolvers();
    const stop = linux.onSignal(1, () => got.resolve("came"));
    linux.kill(linux.getpid(), 1);
    const came = await got.promise;
    stop();
    return came;
  });
  await see("sync", () => linux.sync());
  await see("reboot", () => linux.reboot(0));
  await see("terminalMode", () => linux.terminalMode(0).signals);
  await see("setTerminalMode", () => linux.setTerminalMode(0, { echo: true }));
  await see("terminalSize", () => typeof linux.terminalSize(0).columns);
  await see("pendingOutput", () => typeof linux.pendingOutput(0));
  await see("setsid", () => linux.setsid());
  await see("setControllingTerminal", () => linux.setControllingTerminal(0));
  await see("dropControllingTerminal", () => linux.dropControllingTerminal(0));

  // Time
  await see("sleep", async () => {
    const before = linux.now();
    await linux.sleep(5);
    return linux.now() - before >= 4;
  });
  await see("realTime", () => linux.realTime() > 1_700_000_000_000);

  linux.chdir("/");
  await see("umount2", () => linux.umount2("/every"));
  linux.rmdir("/every");
  ui.write(`\nevery call ${JSON.stringify(results)}\n`);
}

export const before = { switch: makeEveryCall };
