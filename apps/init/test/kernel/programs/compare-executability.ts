/**
 * Run in a mount namespace of its own: makes programs, good and bad, below the directory that its
 * argument names, asks `checkSwitchRoot` about each as an init, and then the kernel, by executing it
 * with that directory as its root. Prints both answers as JSON.
 */
import { errorCode, MountFlag } from "@earlyboot/linux-syscalls";
import { openLinux } from "@earlyboot/linux-syscalls-ffi";
import { checkSwitchRoot } from "@earlyboot/switch-root";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";

const linux = openLinux();
const [root = ""] = process.argv.slice(2);
linux.mount({ source: "root", target: root, type: "tmpfs" });
for (const directory of ["/usr", "/bin", "/sbin", "/lib", "/lib64"]) showHost(directory);
mkdirSync(`${root}/i`);
const cases: string[] = [];

link("absolute-link", "/i/program");
link("relative-link", "../i/./../i/program");
link("link-above-the-root", "../../../../i/program");
link("dangling-link", "/i/nothing");
link("own-link", "own-link");
link("link-through-a-file", "/i/program/../program");
link("link-with-a-slash-at-its-end", "/i/program/");
link("forty-links", "l1");
for (let i = 1; i < 39; i++) symlinkSync(`l${i + 1}`, `${root}/i/l${i}`);
symlinkSync("program", `${root}/i/l39`);
link("forty-one-links", "forty-links");

const program = readFileSync("/bin/true");
file("program", program);
file("no-x-bit", program, 0o644);
file("x-for-others-only", program, 0o001);
file("empty", "");
file("text", "hello\n");
file(
  "no-program-headers",
  patched((view) => view.setUint16(56, 0, true)),
);
file(
  "object-file",
  patched((view) => view.setUint16(16, 1, true)),
);
file(
  "wrong-header-size",
  patched((view) => view.setUint16(54, 55, true)),
);
file("truncated", program.subarray(0, 100));
file(
  "other-machine",
  patched((view) => view.setUint16(18, view.getUint16(18, true) === 62 ? 183 : 62, true)),
);
for (const machine of [8, 21, 22, 258, 0xffff]) {
  file(
    `machine-${machine}`,
    patched((view) => view.setUint16(18, machine, true)),
  );
}
file("missing-loader", replaced("/ld-", "/xx-"));

file("script", "#!/bin/true\n");
file("script-with-blanks", "#! \t /bin/true \t -x \n");
file("script-without-newline", "#!/bin/true");
file("script-without-name", "#! \t\n");
file("script-with-a-zero", "#!/bin/true\0rest");
file("script-by-relative-name", "#!i/program\n");
file("script-by-directory", "#!/usr\n");
file("script-by-nothing", "#!/i/nothing\n");
file("script-by-what-has-no-x-bit", "#!/i/no-x-bit\n");
file("script-by-text", "#!/i/text\n");
file("carriage-return", "#!/bin/true\r\n");
for (const length of [253, 254, 255, 256]) {
  const name = `/${"x".repeat(length - 3)}`;
  file(`line-of-${length}-bytes`, `#!${name}\n`);
  file(`line-of-${length}-bytes-and-comment`, `#!/bin/true ${"x".repeat(length)}\n`);
  if (length < 256) symlinkSync("/bin/true", root + name);
}
file("chain-1", "#!/bin/true\n");
for (let i = 2; i <= 7; i++) file(`chain-${i}`, `#!/i/chain-${i - 1}\n`);

mkdirSync(`${root}/i/directory`);
cases.push("directory", "missing", "program/below");
linux.mknod(`${root}/i/fifo`, 0o010755, 0n);
linux.mknod(`${root}/i/device`, 0o020755, 0x103n);
cases.push("fifo", "device");
mkdirSync(`${root}/i/noexec`);
linux.mount({
  source: "noexec",
  target: `${root}/i/noexec`,
  type: "tmpfs",
  flags: MountFlag.NoExec,
});
file("noexec/program", program);
file("script-on-noexec", "#!/i/noexec/program\n");

const verdicts = cases.map((name) => [name, verdictOf(name)] as const);
linux.chroot(root);
linux.chdir("/");
const answers = [];
for (const [name, verdict] of verdicts)
  answers.push({ name, verdict, kernel: await execute(name) });
console.log(JSON.stringify(answers));

/** What `checkSwitchRoot` says about the init alone; nothing when it may be executed. */
function verdictOf(name: string): string | null {
  const reasons = checkSwitchRoot(linux, root, `/i/${name}`);
  return reasons.find((reason) => reason.startsWith("no init to become")) ?? null;
}

/** The error that the kernel gives; nothing when it executes. */
async function execute(name: string): Promise<string | null> {
  try {
    const child = await linux.spawn({ path: `/i/${name}`, streams: "inherit" });
    await child.exited;
    return null;
  } catch (error) {
    return errorCode(error) ?? String(error);
  }
}

function file(name: string, content: string | Uint8Array, mode = 0o755): void {
  writeFileSync(`${root}/i/${name}`, content);
  chmodSync(`${root}/i/${name}`, mode);
  cases.push(name);
}

function link(name: string, target: string): void {
  symlinkSync(target, `${root}/i/${name}`);
  cases.push(name);
}

function patched(change: (view: DataView) => void): Uint8Array {
  const bytes = Uint8Array.from(program);
  change(new DataView(bytes.buffer));
  return bytes;
}

/** The program with another text of the same length in place of the first of its kind. */
function replaced(text: string, by: string): Uint8Array {
  const bytes = Buffer.from(program);
  bytes.write(by, bytes.indexOf(text), "latin1");
  return bytes;
}

function showHost(directory: string): void {
  if (!existsSync(directory)) return;
  if (lstatSync(directory).isSymbolicLink()) {
    symlinkSync(readlinkSync(directory), root + directory);
    return;
  }
  const target = root + directory;
  mkdirSync(target);
  linux.mount({ source: directory, target, flags: MountFlag.Bind });
  const flags = MountFlag.Bind | MountFlag.Remount | MountFlag.ReadOnly;
  linux.mount({ source: directory, target, flags });
}
