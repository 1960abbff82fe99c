// What is measured: one row of the table each. A further host of the boot program is one more row.
import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { buildImage, planImage } from "@earlyboot/initrd-image";
import { buildInitrd } from "../dist/build/build-initrd.js";
import { findStaticBusybox } from "../dist/scratch/static-busybox.js";
import { makeDracut, makeInitramfs, makeTiny, whyNot } from "./peers.js";

const execute = promisify(execFile);

/**
 * The images to compare. Each is made by `make({ directory, kernel, compression, file })`; `missing`
 * says why it cannot be made here; `root` is what it is told to boot where LABEL= is beyond it;
 * `marks` are the rows that its boots give, by the words in the kernel's log that end them; `compression`
 * is its own, whatever is asked for all.
 */
export const contenders = [
  { name: "earlyboot on Node", make: earlyboot("node") },
  { name: "earlyboot on Node, not compressed", make: earlyboot("node"), compression: "none" },
  { name: "earlyboot on Bare", make: earlyboot("bare") },
  { name: "earlyboot on Bare, not compressed", make: earlyboot("bare"), compression: "none" },
  { name: "initramfs-tools, most", make: initramfsTools("most"), missing: whyNot("mkinitramfs") },
  {
    name: "initramfs-tools, most, as it comes",
    make: initramfsTools("most"),
    compression: "its own",
    missing: whyNot("mkinitramfs"),
  },
  { name: "initramfs-tools, dep", make: initramfsTools("dep"), missing: whyNot("mkinitramfs") },
  { name: "dracut without systemd", make: makeDracut, missing: whyNot("dracut") },
  { name: "tiny-initramfs", make: makeTiny, missing: whyNot("mktirfs"), root: "uuid" },
  {
    name: "bare Node",
    make: makeBareNode,
    marks: { "bare Node, first line": "first-line", "bare Node, then exec": "real-init-runs" },
  },
  { name: "static C, same calls", make: makeStatic, missing: whyNot("gcc") },
];

function earlyboot(host) {
  return ({ kernel, compression, file }) => {
    const request = {
      architecture: "x64",
      host,
      kernelVersion: kernel.version,
      modulesDirectory: kernel.modules,
      modules: "guest",
      fileSystems: ["ext4"],
    };
    return buildInitrd(request, { output: file, compression });
  };
}

function initramfsTools(modules) {
  return (options) => makeInitramfs({ ...options, modules });
}

/** Node with the libraries that earlyboot's has, started by the same launcher, and one line to run. */
async function makeBareNode({ directory, compression, file }) {
  const bundle = join(directory, "one-line.cjs");
  const line = 'require("node:fs").writeFileSync("/dev/kmsg", "<6>first-line");';
  const next = 'process.execve("/bin/busybox", ["sh", "/tell"], {});';
  writeFileSync(bundle, `${line}\n${next}\n`);
  const tell = join(directory, "tell");
  writeFileSync(
    tell,
    'echo "<6>real-init-runs" > /dev/kmsg\n/bin/busybox dmesg > /dev/ttyS1\n/bin/busybox poweroff -f\n',
  );
  const plan = planImage({
    architecture: "x64",
    bundle,
    configuration: {},
    programs: [{ file: await findStaticBusybox(), path: "/bin/busybox" }],
    files: [{ file: tell, path: "/tell" }],
  });
  const nodes = [node("/dev/kmsg", 1, 11), node("/dev/ttyS1", 4, 65)];
  await buildImage(
    { ...plan, entries: [...plan.entries, ...nodes] },
    { output: file, compression },
  );
}

function node(path, major, minor) {
  return { path, kind: "character", mode: 0o600, device: { major, minor }, reason: "the mark" };
}

/** A static program that makes the system calls of a plain boot, and the modules that such a boot loads. */
async function makeStatic({ directory, kernel, compression, file }) {
  const program = join(directory, "static-init");
  const source = fileURLToPath(new URL("static-init.c", import.meta.url));
  await execute("gcc", ["-O2", "-static", "-s", "-o", program, source]);
  const modules = await modulesInOrder(kernel, ["virtio_pci", "virtio_blk"]);
  const order = join(directory, "order");
  writeFileSync(order, modules.map((path) => `/modules/${basename(path)}\n`).join(""));
  const entries = [
    ...["/dev", "/modules", "/proc", "/root", "/run", "/sys"].map((path) => ({
      path,
      kind: "directory",
      mode: 0o755,
    })),
    { ...node("/dev/console", 5, 1) },
    copied("/init", program),
    copied("/modules/order", order),
    ...modules.map((path) => copied(`/modules/${basename(path)}`, path)),
  ];
  const plan = { architecture: "x64", early: [], entries, modified: 0, warnings: [] };
  await buildImage(plan, { output: file, compression });
}

function copied(path, file) {
  return { path, kind: "file", mode: 0o755, reason: "the program", source: { kind: "file", file } };
}

/** The files of modules, each after those that it needs. */
async function modulesInOrder({ tree, version }, names) {
  const lists = names.map(async (name) => {
    const words = ["-D", "-d", tree, "-S", version, "-C", "/dev/null", name];
    const { stdout } = await execute("modprobe", words, {
      env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
    });
    return [...stdout.matchAll(/^insmod (\S+)/gm)].map(([, path]) => path);
  });
  return [...new Set((await Promise.all(lists)).flat())];
}

/** An image that somebody else made. */
export function givenImage(text) {
  const [name, given] = text.split("=");
  return { name, given };
}

/** A directory for one contender. */
export function directoryFor(directory, name) {
  const own = join(directory, name.replaceAll(/\W+/g, "-"));
  mkdirSync(own);
  return own;
}
