import {
  FileKind,
  FileSystemMagic,
  type Linux,
  MountFlag,
  RebootCommand,
  Signal,
  StatfsFlag,
  UmountFlag,
  errorCode,
  makedev,
  type UeventBatch,
  type UeventSource,
} from "@earlyboot/linux-syscalls";
import { openLinux } from "@earlyboot/linux-syscalls-ffi";
import { spawn as spawnByNode } from "node:child_process";
import * as fs from "node:fs";
import { dirname } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Worker } from "node:worker_threads";

import { findAddon } from "../../src/addon-path.ts";
import { openFfiRs } from "../../src/backends/ffi-rs.ts";
import { openNodeFfi } from "../../src/backends/node-ffi.ts";
import { kernelOf } from "../../src/kernel.ts";

/**
 * What linux-syscalls-ffi.test.ts runs, each in a process and namespaces of its own:
 * `node scenarios.ts NAME BACKEND [ADDON]`. The last line of the output is the result, as JSON.
 */
type Scenario = (linux: Linux) => unknown;

/** The `code` of what `run` throws; `"nothing"` when it does not. */
function codeOf(run: () => unknown): string {
  try {
    run();
    return "nothing";
  } catch (error) {
    return errorCode(error) ?? String(error);
  }
}

async function rejectionOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return "nothing";
  } catch (error) {
    return errorCode(error) ?? String(error);
  }
}

/** What a call that must fail says. */
function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return "no error";
}

/** A fresh tmpfs at `/tmp/scenario`, in a mount namespace whose changes stay in it. */
function scratch(linux: Linux): string {
  linux.mount({ target: "/", flags: MountFlag.Recursive | MountFlag.Private });
  linux.mount({ source: "scratch", target: "/tmp", type: "tmpfs" });
  linux.mkdir("/tmp/scenario");
  return "/tmp/scenario";
}

/** A file on a real disk that nobody else has: in a PID namespace, the number of this process is everybody's. */
function freshFile(): string {
  return `${fs.mkdtempSync("/var/tmp/earlyboot-")}/file`;
}

function removeFresh(file: string): void {
  fs.rmSync(dirname(file), { recursive: true });
}

/** Whatever passed on a busy machine between the looks at three clocks. */
function liesBetween(earlier: number, time: number, later: number): boolean {
  return earlier <= time && time <= later;
}

/** In milliseconds. */
function uptimeIn(linux: Linux): number {
  return Number(linux.readText("/proc/uptime").split(" ")[0]) * 1000;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}

/** The next uevents of `lo`, alone: those of disks come to every network namespace. */
async function ofLoopback(source: UeventSource): Promise<UeventBatch> {
  for (;;) {
    const batch = await source.next();
    const events = batch.events.filter(({ properties }) => properties["INTERFACE"] === "lo");
    if (events.length > 0 || batch.overflow || batch.closed) return { ...batch, events };
  }
}

/** Runs a shell and gives what it writes. */
async function shell(linux: Linux, script: string): Promise<string> {
  let output = "";
  const child = await linux.spawn({
    path: "/bin/sh",
    arguments: ["-c", script],
    environment: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
    onOutput: (chunk) => (output += textOf(chunk)),
  });
  await child.exited;
  return output;
}

/** Leaves behind all that an execve has to clear up; gives the descriptor that is to stay. */
function prepareExecve(linux: Linux): number {
  const top = scratch(linux);
  linux.writeFile(`${top}/file`, "kept");
  const kept = linux.open(`${top}/file`);
  linux.dup2(linux.open(`${top}/file`), 50);
  linux.openUevents();
  linux.onSignal(Signal.User1, () => undefined);
  return kept;
}

const scenarios: Record<string, Scenario> = {
  mounts(linux) {
    const top = scratch(linux);
    linux.mkdir(`${top}/a`);
    linux.mkdir(`${top}/b`);
    linux.mount({ source: "t", target: `${top}/a`, type: "tmpfs", data: "size=64k,mode=700" });
    linux.writeFile(`${top}/a/file`, "x");
    const { type, blocks, blockSize } = linux.statfs(`${top}/a`);
    linux.mount({ source: `${top}/a`, target: `${top}/b`, flags: MountFlag.Bind });
    const readOnly = MountFlag.Bind | MountFlag.Remount | MountFlag.ReadOnly;
    linux.mount({ target: `${top}/b`, flags: readOnly });
    const written = codeOf(() => linux.writeFile(`${top}/b/file`, "y"));
    const flags = linux.statfs(`${top}/b`).flags & StatfsFlag.ReadOnly;
    linux.umount2(`${top}/b`);
    linux.mount({ source: `${top}/a`, target: `${top}/b`, flags: MountFlag.Move });
    const moved = linux.readText(`${top}/b/file`);
    const open = linux.open(`${top}/b/file`);
    const busy = codeOf(() => linux.umount2(`${top}/b`));
    linux.umount2(`${top}/b`, UmountFlag.Detach | UmountFlag.NoFollow);
    linux.close(open);
    const bad = { source: "x", target: `${top}/a`, type: "no-such-type" };
    return {
      isTmpfs: type === FileSystemMagic.Tmpfs,
      size: Number(blocks) * blockSize,
      mode: linux.stat(`${top}/a`).mode & 0o777,
      errors: [
        written,
        busy,
        codeOf(() => linux.mount(bad)),
        codeOf(() => linux.mount({ ...bad, target: `${top}/none` })),
        codeOf(() => linux.umount2(`${top}/a`)),
      ],
      flags,
      moved,
      left: linux.readDirectory(`${top}/b`),
    };
  },

  pivotRoot(linux) {
    const top = scratch(linux);
    linux.mount({ source: "new", target: top, type: "tmpfs" });
    linux.writeFile(`${top}/here`, "new root");
    linux.chdir(top);
    const refused = codeOf(() => linux.pivotRoot("/nowhere", "."));
    linux.pivotRoot(".", ".");
    linux.umount2(".", UmountFlag.Detach);
    linux.chdir("/");
    return { refused, names: linux.readDirectory("/"), text: linux.readText("/here") };
  },

  chroot(linux) {
    const top = scratch(linux);
    linux.mkdir(`${top}/inner`);
    linux.chroot(top);
    linux.chdir("/");
    return { names: linux.readDirectory("/"), missing: codeOf(() => linux.chroot("/tmp")) };
  },

  nodes(linux) {
    const top = scratch(linux);
    const before = linux.umask(0o077);
    const node = (name: string, mode: number, device: bigint) => {
      linux.mknod(`${top}/${name}`, mode, device);
      const { mode: made, rdev } = linux.lstat(`${top}/${name}`);
      return [made.toString(8), rdev === device];
    };
    return {
      before: before.toString(8),
      null: node("null", FileKind.Character | 0o666, makedev(1, 3)),
      disk: node("disk", FileKind.Block | 0o660, makedev(259, 1048575)),
      high: node("high", FileKind.Character | 0o600, makedev(4095, 0)),
      fifo: node("fifo", FileKind.Fifo | 0o644, 0n),
      socket: node("socket", FileKind.Socket | 0o644, 0n),
      errors: [
        codeOf(() => linux.mknod(`${top}/null`, FileKind.Fifo, 0n)),
        codeOf(() => linux.mknod(`${top}/x`, FileKind.Character, 2n ** 32n)),
      ],
    };
  },

  files(linux) {
    const top = scratch(linux);
    const file = `${top}/file`;
    linux.writeFile(file, "one", { mode: 0o640 });
    linux.writeFile(file, " two", { how: "append" });
    const appended = linux.readText(file);
    linux.writeFile(file, new Uint8Array([0xff, 0x41]));
    linux.symlink("file", `${top}/link`);
    linux.link(file, `${top}/other`);
    linux.chown(file, 12, 34);
    linux.chmod(file, 0o4711);
    linux.mkdir(`${top}/directory`, 0o1777);
    const { mode, links, uid, gid, size } = linux.stat(`${top}/link`);
    const kinds = linux.readDirectory(top);
    for (let i = 0; i < 3000; i++) linux.writeFile(`${top}/directory/${"n".repeat(200)}${i}`, "");
    linux.rename(`${top}/other`, `${top}/renamed`);
    linux.unlink(`${top}/renamed`);
    const errors = [
      codeOf(() => linux.writeFile(file, "", { how: "exclusive" })),
      codeOf(() => linux.writeFile(`${top}/none`, "", { create: false })),
      codeOf(() => linux.readText(`${top}/none`)),
      codeOf(() => linux.readFile(top)),
      codeOf(() => linux.rmdir(`${top}/directory`)),
      codeOf(() => linux.unlink(top)),
      codeOf(() => linux.readDirectory(file)),
      codeOf(() => linux.readLink(file)),
      codeOf(() => linux.access(`${top}/none`, 0)),
      codeOf(() => linux.readFile("/dev/zero")),
    ];
    return {
      appended,
      bytes: [...linux.readFile(file)],
      text: linux.readText(file),
      status: [mode.toString(8), links, uid, gid, Number(size)],
      link: linux.readLink(`${top}/link`),
      isLink: (linux.lstat(`${top}/link`).mode & FileKind.Mask) === FileKind.Link,
      kinds,
      many: linux.readDirectory(`${top}/directory`).length,
      proc: linux.readText("/proc/self/stat").startsWith(`${linux.getpid()} `),
      sys: linux.readText("/sys/devices/system/cpu/possible").length > 1,
      kernels: [
        messageOf(() => linux.readText("/sys/class/none")),
        messageOf(() => linux.readText("/sys/class")),
      ],
      modified: Math.abs(linux.stat(file).modified - linux.realTime() / 1000) < 60,
      errors,
    };
  },

  descriptors(linux) {
    const top = scratch(linux);
    linux.mkdir(`${top}/inner`);
    linux.writeFile(`${top}/inner/file`, "content");
    linux.symlink("inner", `${top}/link`);
    const directory = linux.open(top, { directory: true });
    const inner = linux.openAt(directory, "inner", { directory: true });
    const file = linux.openAt(inner, "file", { access: "read-write" });
    const buffer = new Uint8Array(4);
    const count = linux.read(file, buffer.subarray(1), 2n);
    linux.write(file, new Uint8Array([0x43]));
    const names = [linux.readDirectoryAt(inner), linux.readDirectoryAt(inner)];
    const loop = codeOf(() => linux.openAt(directory, "link", { noFollow: true }));
    process.cwd();
    linux.fchdir(inner);
    const cwd = process.cwd();
    linux.dup2(file, 40);
    const inherited = linux.fstat(40).inode === linux.statAt(inner, "file").inode;
    linux.close(40);
    linux.unlinkAt(inner, "file");
    linux.unlinkAt(directory, "inner", "directory");
    const memory = linux.createMemoryFile("name");
    linux.write(memory, Buffer.from("memory"));
    linux.read(memory, buffer, 0n);
    return {
      count,
      names,
      loop,
      inherited,
      cwd,
      left: linux.readDirectory(top),
      memory: textOf(buffer),
      errors: [
        codeOf(() => linux.close(40)),
        codeOf(() => linux.close(-1)),
        codeOf(() => linux.unlinkAt(directory, "inner")),
        codeOf(() => linux.openAt(file, "x")),
      ],
    };
  },

  /** Whatever is done to Node's own descriptors, its event loop goes on. */
  async foreignDescriptors(linux) {
    const answers = new Set<string>();
    for (let open = 3; open < 64; open++) {
      answers.add(codeOf(() => linux.close(open)));
      answers.add(codeOf(() => linux.write(open, new Uint8Array(64))));
      answers.add(codeOf(() => linux.read(open, new Uint8Array(64))));
      answers.add(codeOf(() => linux.dup2(open, 0)));
    }
    await linux.sleep(1);
    const child = await linux.spawn({ path: "/bin/true" });
    return { answers: [...answers], exited: await child.exited };
  },

  /** Node would use the free numbers for itself, and abort. */
  async closedStreams(linux) {
    linux.dup2(1, 60);
    for (const stream of [0, 1, 2]) linux.close(stream);
    const answers = [0, 1, 2].map((stream) => codeOf(() => linux.write(stream, new Uint8Array(1))));
    const next = linux.open("/dev/null");
    const text = await shell(linux, "echo text");
    const controller = new AbortController();
    const worker = new Worker("", { eval: true });
    worker.on("exit", () => controller.abort());
    await rejectionOf(linux.sleep(30_000, controller.signal));
    linux.dup2(60, 1);
    fs.writeSync(1, `${JSON.stringify({ answers, next: next > 2, text })}\n`);
    process.exit();
  },

  immutable(linux) {
    const file = freshFile();
    linux.writeFile(file, "x");
    try {
      linux.setImmutable(file, true);
      const refused = codeOf(() => linux.writeFile(file, "y"));
      linux.setImmutable(file, false);
      linux.writeFile(file, "z");
      return { refused, text: linux.readText(file) };
    } finally {
      removeFresh(file);
    }
  },

  network(linux) {
    scratch(linux);
    const before = linux.interfaceFlags("lo") & 1;
    linux.setInterfaceAddress("lo", "10.9.8.7");
    linux.setInterfaceNetmask("lo", "255.255.0.0");
    linux.setInterfaceFlags("lo", linux.interfaceFlags("lo") | 1);
    const route = { destination: "10.1.0.0", netmask: "255.255.0.0", interface: "lo" };
    linux.addRoute(route);
    linux.addRoute({ destination: "0.0.0.0", netmask: "0.0.0.0", gateway: "10.9.1.1" });
    linux.addRoute({ destination: "10.2.0.1", netmask: "255.255.255.255", gateway: "10.9.1.1" });
    const table = linux.readText("/proc/self/net/route").split("\n").slice(1, -1);
    return {
      flags: [before, linux.interfaceFlags("lo") & 1],
      routes: table.map((line) =>
        line
          .split("\t")
          .slice(0, 4)
          .concat(line.split("\t")[7] ?? ""),
      ),
      errors: [
        codeOf(() => linux.addRoute(route)),
        codeOf(() => linux.interfaceFlags("none0")),
        codeOf(() => linux.setInterfaceFlags("none0", 1)),
        codeOf(() => linux.addRoute({ ...route, destination: "10.1.2.3" })),
      ],
    };
  },

  async uevents(linux) {
    const top = scratch(linux);
    linux.mount({ source: "sys", target: top, type: "sysfs" });
    const trigger = () => linux.writeFile(`${top}/class/net/lo/uevent`, "change");
    const source = linux.openUevents();
    const waiting = ofLoopback(source);
    trigger();
    const { events, overflow } = await waiting;
    const before = linux.now();
    for (let i = 0; i < 50; i++) {
      const next = source.next();
      trigger();
      await next;
    }
    const milliseconds = (linux.now() - before) / 50;
    const reason = new Error("enough");
    const controller = new AbortController();
    const aborted = source.next(controller.signal).catch((error: unknown) => error === reason);
    controller.abort(reason);
    const rejected = await aborted;
    const closing = source.next();
    source.close();
    const { closed } = await closing;
    const again = await source.next();
    const [event] = events;
    return { event, overflow, fast: milliseconds < 200, rejected, closed, again };
  },

  async overflow(linux) {
    const top = scratch(linux);
    linux.mount({ source: "sys", target: top, type: "sysfs" });
    const source = linux.openUevents();
    for (let i = 0; i < 60_000; i++) linux.writeFile(`${top}/class/net/lo/uevent`, "change");
    let events = 0;
    for (;;) {
      const batch = await source.next();
      events += batch.events.length;
      if (!batch.overflow) continue;
      linux.writeFile(`${top}/class/net/lo/uevent`, "add");
      const after = await ofLoopback(source);
      source.close();
      return {
        many: events > 1000,
        all: events > 60_000,
        after: after.events.map((e) => e.action),
      };
    }
  },

  async blockDevice(linux) {
    const top = scratch(linux);
    const content = Buffer.alloc(1_000_003, "0123456789");
    linux.writeFile(`${top}/image`, content);
    const device = await linux.openBlockDevice(`${top}/image`);
    let ticks = 0;
    const timer = setInterval(() => ticks++, 0);
    const parts = await Promise.all(
      Array.from({ length: 64 }, async (_, i) => device.read(BigInt(i * 15_000), 15_000)),
    );
    clearInterval(timer);
    const tail = await device.read(999_999n, 2 ** 40);
    const beyond = await device.read(2n ** 60n, 10);
    const last = device.read(0n, 3);
    device.close();
    device.close();
    linux.mknod(`${top}/fifo`, FileKind.Fifo | 0o600, 0n);
    linux.mkdir(`${top}/directory`);
    return {
      size: String(device.size),
      sectorSize: device.sectorSize,
      same: Buffer.concat(parts).equals(content.subarray(0, 960_000)),
      tail: textOf(tail),
      beyond: beyond.length,
      last: textOf(await last),
      errors: [
        await rejectionOf(device.read(0n, 1)),
        await rejectionOf(linux.openBlockDevice(`${top}/none`)),
        await rejectionOf(linux.openBlockDevice(`${top}/directory`)),
      ],
    };
  },

  async loop(linux) {
    const file = freshFile();
    linux.writeFile(file, Buffer.alloc(1 << 20, "abcdefgh"));
    const device = linux.attachLoop({ file, readOnly: true, offset: 4096n });
    try {
      const block = await linux.openBlockDevice(device);
      const text = textOf(await block.read(0n, 8));
      block.close();
      return {
        named: /^\/dev\/loop\d+$/.test(device),
        size: String(block.size),
        sectorSize: block.sectorSize,
        text,
        readOnly: linux.readText(`/sys/class/block/${device.slice(5)}/ro`).trim(),
        backing:
          linux.readText(`/sys/class/block/${device.slice(5)}/loop/backing_file`).trim() === file,
        errors: [
          codeOf(() => linux.attachLoop({ file: "/none", readOnly: true })),
          codeOf(() => linux.detachLoop("/dev/null")),
          codeOf(() => linux.scanBtrfsDevice(device)),
          codeOf(() => linux.btrfsDevicesReady(device)),
        ],
      };
    } finally {
      linux.detachLoop(device);
      removeFresh(file);
    }
  },

  async spawn(linux) {
    let [stdout, stderr, progress] = ["", "", ""];
    const script = [
      'echo "$0 $1 $A:$B:$HOME"; echo oops >&2; echo 50% >&3; pwd',
      "grep -E '^Sig(Blk|Ign)' /proc/self/status; ls /proc/self/fd | tr '\\n' ' '; exit 7",
    ].join("; ");
    const child = await linux.spawn({
      path: "/bin/sh",
      argv0: "myself",
      arguments: ["-c", script, "zero", "first"],
      environment: { A: "a b", B: "=", PATH: "/bin:/usr/bin" },
      workingDirectory: "/proc",
      onOutput: (chunk, stream) => {
        if (stream === "stdout") stdout += textOf(chunk);
        else stderr += textOf(chunk);
      },
      onProgress: (chunk) => (progress += textOf(chunk)),
    });
    const status = await child.exited;
    return { pid: child.pid > 0, status, stdout: stdout.split("\n"), stderr, progress };
  },

  async spawnMore(linux) {
    const sleeper = await linux.spawn({
      path: "/bin/sleep",
      arguments: ["1000"],
      newSession: true,
      streams: "null",
    });
    const stat = linux.readText(`/proc/${sleeper.pid}/stat`).split(" ");
    sleeper.kill(Signal.Terminate);
    const killed = await sleeper.exited;
    sleeper.kill(Signal.Terminate);
    let bytes = 0;
    const big = await linux.spawn({
      path: "/bin/sh",
      arguments: ["-c", "head -c 3000000 /dev/zero"],
      environment: { PATH: "/bin:/usr/bin" },
      onOutput: (chunk) => (bytes += chunk.length),
    });
    await big.exited;
    const top = scratch(linux);
    linux.writeFile(`${top}/garbage`, "garbage", { mode: 0o755 });
    linux.writeFile(`${top}/plain`, "#!/bin/sh\n");
    linux.writeFile(`${top}/orphan`, "#!/no/interpreter\n", { mode: 0o755 });
    const before = linux.readDirectory("/proc/self/fd").length;
    const errors = [];
    for (const path of ["/none", "sh", `${top}/garbage`, `${top}/plain`, `${top}/orphan`, top]) {
      errors.push(await rejectionOf(linux.spawn({ path, onOutput: () => undefined })));
    }
    errors.push(await rejectionOf(linux.spawn({ path: "/bin/true", workingDirectory: "/none" })));
    const leaked = linux.readDirectory("/proc/self/fd").length - before;
    return { session: stat[5] === String(sleeper.pid), killed, bytes, errors, leaked };
  },

  /** A process that the program leaves behind keeps its output open. */
  async spawnLeaves(linux) {
    let output = "";
    const child = await linux.spawn({
      path: "/bin/sh",
      arguments: ["-c", "echo out; sleep 60 & exit 3"],
      environment: { PATH: "/bin:/usr/bin" },
      onOutput: (chunk) => (output += textOf(chunk)),
    });
    return { status: await child.exited, output };
  },

  /** A handler that throws, or rejects, is the caller's mistake; it must not end the process. */
  async handlers(linux) {
    process.on("warning", () => undefined);
    const child = await linux.spawn({
      path: "/bin/echo",
      onOutput: () => {
        throw new Error("handler");
      },
      onProgress: async () => Promise.reject(new Error("handler")),
    });
    await child.exited;
    const controller = new AbortController();
    const stop = linux.onSignal(Signal.User2, () => {
      controller.abort(new Error("woken"));
      throw new Error("handler");
    });
    const woken = rejectionOf(linux.sleep(30_000, controller.signal));
    linux.kill(linux.getpid(), Signal.User2);
    const signalled = await woken;
    stop();
    return {
      signalled,
      errors: [
        codeOf(() => linux.onSignal(Signal.Kill, () => undefined)),
        codeOf(() => linux.kill(linux.getpid(), 65)),
        codeOf(() => linux.kill(0x7fffffff, 0)),
      ],
    };
  },

  /** As the first process of its PID namespace. */
  async reap(linux) {
    const reaped: number[] = [];
    const stop = linux.reapOrphans((_, status) => {
      if (status.kind === "exited") reaped.push(status.status);
    });
    const exits: Promise<number | undefined>[] = [];
    for (let i = 0; i < 200; i++) {
      const script = `(sleep 0.0${i % 10}; exit 77) & exit ${i % 50}`;
      const environment = { PATH: "/bin:/usr/bin" };
      const child = await linux.spawn({ path: "/bin/sh", arguments: ["-c", script], environment });
      exits.push(child.exited.then((s) => (s.kind === "exited" ? s.status : undefined)));
    }
    for (let i = 0; i < 50; i++) {
      const child = spawnByNode("/bin/sh", ["-c", `exit ${i}`]);
      exits.push(new Promise((resolve) => child.on("exit", (code) => resolve(code ?? undefined))));
    }
    const statuses = await Promise.all(exits);
    while (reaped.length < 200) await linux.sleep(5);
    stop();
    const right = statuses.every((status, i) => status === (i < 200 ? i % 50 : i - 200));
    const zombies = (await shell(linux, "cat /proc/[0-9]*/stat")).match(/\) Z /g) ?? [];
    return {
      pid: linux.getpid(),
      right,
      orphans: reaped.length,
      foreign: reaped.filter((status) => status !== 77).length,
      zombies: zombies.length,
    };
  },

  execve(linux) {
    const kept = prepareExecve(linux);
    const files = ["environ", "cmdline", `fd/${kept}`, "limits", "status"];
    const argv = ["cat", ...files.map((file) => `/proc/self/${file}`)];
    const openFiles = { soft: 256, hard: 512 };
    linux.execve("/bin/cat", argv, { A: "1", "B.C": "ü" }, { keep: [kept], openFiles });
  },

  execveDescriptors(linux) {
    const kept = prepareExecve(linux);
    fs.writeSync(1, `${kept}\n`);
    linux.execve("/bin/ls", ["ls", "/proc/self/fd"], {}, { keep: [kept] });
  },

  /** The next program tells its descriptors, and ends once the deleted file has been freed. */
  execveClosesLater(linux) {
    const top = scratch(linux);
    linux.mount({ source: "t", target: top, type: "tmpfs", data: "size=20m" });
    linux.writeFile(`${top}/large`, "x".repeat(16 << 20));
    const large = linux.open(`${top}/large`);
    linux.unlink(`${top}/large`);
    const script = `ls /proc/self/fd
      until [ "$(stat -f -c %f ${top})" = "$(stat -f -c %b ${top})" ]; do sleep 0.05; done
      echo freed`;
    const path = "/usr/sbin:/usr/bin:/sbin:/bin";
    linux.execve("/bin/sh", ["sh", "-c", script], { PATH: path }, { closeLater: [large] });
  },

  /** With a `/proc` that is none, and that says the contrary of what is. */
  execveBesideProc(linux) {
    const kept = prepareExecve(linux);
    const proc = scratch(linux);
    linux.mount({ source: "proc", target: proc, type: "proc" });
    linux.mount({ source: "none", target: "/proc", type: "tmpfs" });
    linux.mkdir("/proc/self");
    linux.mkdir("/proc/self/fd");
    linux.writeFile("/proc/self/status", "SigIgn:\t0000000000000000\n");
    fs.writeSync(1, `${kept}\n`);
    const words = `ls ${proc}/self/fd; grep SigIgn ${proc}/self/status`;
    linux.execve("/bin/sh", ["sh", "-c", words], {}, { keep: [kept] });
  },

  /** What the first process of a PID namespace is after an execve. */
  execveAsFirst(linux) {
    linux.execve("/bin/sh", ["sh", "-c", "echo $$; grep Threads /proc/self/status"], {});
  },

  async execveFails(linux) {
    const limits = () => linux.readText("/proc/self/limits");
    const state = () => [
      linux.readText("/proc/self/status").match(/^Sig(Blk|Ign|Cgt).*$/gm),
      limits().match(/^Max open files.*$/gm),
      linux.readDirectory("/proc/self/fdinfo").flatMap(({ name }) => {
        try {
          return [
            `${name} ${/flags:\s*(\d+)/.exec(linux.readText(`/proc/self/fdinfo/${name}`))?.[1]}`,
          ];
        } catch {
          return [];
        }
      }),
    ];
    linux.dup2(linux.open("/etc/passwd"), 45);
    linux.onSignal(Signal.User1, () => undefined);
    const before = JSON.stringify(state());
    const [, , hard = ""] = /^Max open files.*$/m.exec(limits())?.[0].split(/ {2,}/) ?? [];
    const options = { openFiles: { soft: 100, hard: Number(hard) } };
    const errors = [
      codeOf(() => linux.execve("/none", ["x"], {}, options)),
      codeOf(() => linux.execve("/etc/passwd", ["x"], {}, options)),
      codeOf(() => linux.execve("/none", ["x"], {}, { closeLater: [45] })),
      codeOf(() => linux.execve("/bin/true", ["x"], {}, { closeLater: [1000] })),
      codeOf(() => linux.execve("/bin/true", ["x"], {}, { keep: [1000] })),
      codeOf(() =>
        linux.execve(
          "/bin/true",
          ["x".repeat(130_000)],
          { A: "y".repeat(131_000) },
          { keep: [999] },
        ),
      ),
    ];
    const same = JSON.stringify(state()) === before;
    const child = await linux.spawn({ path: "/bin/true" });
    await linux.sleep(1);
    return { errors, same, exited: await child.exited };
  },

  /** Run by script(1), with a terminal as its standard streams and the leader of its session. */
  async terminal(linux) {
    const before = linux.terminalMode(0);
    linux.setTerminalMode(0, { echo: false, lines: false });
    const changed = linux.terminalMode(0);
    linux.setTerminalMode(0, { echo: true, lines: true, signals: true });
    const name = linux.readLink("/proc/self/fd/0");
    const open = linux.open("/dev/tty");
    linux.dropControllingTerminal(open);
    const dropped = codeOf(() => linux.open("/dev/tty"));
    const again = linux.open(name, { access: "read-write", noControllingTerminal: true });
    linux.setControllingTerminal(again);
    await linux.sleep(1);
    return {
      before,
      changed,
      restored: linux.terminalMode(0),
      size: linux.terminalSize(0),
      pending: linux.pendingOutput(0),
      dropped,
      taken: codeOf(() => linux.close(linux.open("/dev/tty"))),
      session: codeOf(() => linux.setsid()),
      none: codeOf(() => linux.terminalMode(linux.open("/dev/null"))),
    };
  },

  async setsid(linux) {
    const child = await linux.spawn({ path: "/bin/true" });
    await child.exited;
    return linux.setsid() === linux.getpid();
  },

  async time(linux) {
    const uptime = uptimeIn(linux);
    const before = linux.now();
    const near = liesBetween(uptime - 5000, before, uptimeIn(linux) + 5000);
    await linux.sleep(20);
    const slept = linux.now() - before;
    const reason = new Error("reason");
    const rejected = await linux.sleep(1e12, AbortSignal.abort(reason)).catch((e) => e === reason);
    const controller = new AbortController();
    const long = linux
      .sleep(Number.POSITIVE_INFINITY, controller.signal)
      .catch((e) => e === reason);
    controller.abort(reason);
    return {
      near,
      slept: slept >= 18,
      rejected,
      aborted: await long,
      real: liesBetween(Date.now() - 1, linux.realTime(), Date.now() + 1),
    };
  },

  async modules(linux) {
    const file = linux.open("/etc/passwd");
    const errors = [
      await rejectionOf(linux.finitModule(file, "a=b")),
      await rejectionOf(linux.finitModule(9999, "")),
      await rejectionOf(linux.initModule(new Uint8Array(64), "")),
      codeOf(() => linux.deleteModule("no_such_module")),
    ];
    linux.sync();
    return errors;
  },

  /** Node starts no thread there. */
  async removedDirectory(linux) {
    linux.mkdir("removed");
    linux.chdir("removed");
    linux.rmdir("../removed");
    return rejectionOf(linux.initModule(new Uint8Array(64), ""));
  },

  /** Eight long calls at once, whose memory nobody else holds, beside a running event loop. */
  async aside() {
    const kernel = kernelOf(backend === "node:ffi" ? openNodeFfi() : openFfiRs(findAddon()));
    setFlagsFromString("--expose-gc");
    const collect: unknown = runInNewContext("gc");
    let ticks = 0;
    const timer = setInterval(() => {
      ticks++;
      if (typeof collect === "function") collect();
    }, 5);
    const before = performance.now();
    const calls = Array.from({ length: 8 }, async () =>
      kernel.callAside("poll", [new Uint8Array(new Int32Array([-1, 1]).buffer), 1, 1000]),
    );
    const answers = await Promise.all(calls);
    clearInterval(timer);
    const together = performance.now() - before < 8 * 1000;
    return { answers, together, ticked: ticks > 5 };
  },

  /** Takes three loop devices while others do the same. */
  async loopRace(linux) {
    const file = freshFile();
    linux.writeFile(file, Buffer.alloc(4096));
    const taken: string[] = [];
    try {
      const workers = Array.from({ length: 4 }, async () => {
        const done = Promise.withResolvers<string[]>();
        const worker = spawnByNode(process.execPath, [
          process.argv[1] ?? "",
          "loops",
          backend,
          addon,
          file,
        ]);
        let output = "";
        worker.stdout.on("data", (chunk) => (output += String(chunk)));
        worker.on("close", () => done.resolve(JSON.parse(output)));
        return done.promise;
      });
      taken.push(...(await Promise.all(workers)).flat());
      return { taken: taken.length, different: new Set(taken).size };
    } finally {
      for (const device of taken) linux.detachLoop(device);
      removeFresh(file);
    }
  },

  loops(linux) {
    const [file = ""] = process.argv.slice(5);
    return [1, 2, 3].map(() => linux.attachLoop({ file, readOnly: true }));
  },

  /** As the first process of its PID namespace, which is what ends. */
  reboot(linux) {
    linux.reboot(RebootCommand.Restart);
    setInterval(() => undefined, 1000);
    return new Promise(() => undefined);
  },
};

const [name = "", backend = "", addon = ""] = process.argv.slice(2);
const linux = openLinux({
  backend: backend === "node:ffi" ? "node:ffi" : "ffi-rs",
  ...(addon === "" ? {} : { addon }),
});
const result = await scenarios[name]?.(linux);
fs.writeSync(1, `${JSON.stringify(result)}\n`);
