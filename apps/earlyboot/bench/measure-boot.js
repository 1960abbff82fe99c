import { spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

/**
 * Boots an image once in QEMU, for at most `patience` milliseconds, and reads from the kernel's log when
 * `/init` was started and when each of the `marks` was written; `undefined` for one that was not reached.
 */
export async function measureBoot(options) {
  const { directory, kernel, image, root, rootWord, marks, wall, memory, patience } = options;
  const facts = join(directory, "facts");
  rmSync(facts, { force: true });
  const commandLine = [
    "console=ttyS0 panic=-1 tsc=reliable no_timer_check quiet ro",
    `root=${rootWord} rootfstype=ext4 fsck.mode=skip rd.skipfsck`,
    // Without it virtual time jumps when the guest waits.
    ...(wall ? [] : ["idle=poll"]),
  ].join(" ");
  const words = [
    "-M q35 -accel tcg -cpu max -nodefaults -nographic -no-reboot -serial null".split(" "),
    (wall ? "-smp 2" : "-smp 1 -icount shift=0,sleep=off").split(" "),
    ["-m", String(memory), "-serial", `file:${facts}`, "-kernel", kernel.file, "-initrd", image],
    ["-drive", `file=${root},format=raw,if=virtio,snapshot=on`, "-append", commandLine],
  ].flat();
  // Only the kernel can end QEMU after a SIGKILL of this process.
  const qemu = spawn("setpriv", ["--pdeathsig", "KILL", "qemu-system-x86_64", ...words], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const start = performance.now();
  const timer = setTimeout(() => qemu.kill("SIGKILL"), patience);
  await new Promise((resolve, reject) => qemu.once("exit", resolve).once("error", reject));
  clearTimeout(timer);
  const took = performance.now() - start;
  const text = readFileSync(facts, { encoding: "utf8", flag: "a+" }).replaceAll("\r", "");
  const at = (mark) => {
    const [, seconds] = new RegExp(`\\[ *([\\d.]+)\\][^\\n]*${mark}`).exec(text) ?? [];
    return seconds === undefined ? undefined : Number(seconds);
  };
  return { reached: at("Run /init"), marks: marks.map(at), text, took };
}

/**
 * The least memory with which an image boots, and the next lower step at which it fails, in MiB: found
 * by halving, on the wall's clock.
 */
export async function leastMemory(boot) {
  let [fails, boots] = [32, 512];
  const { marks: reached, took } = await boot({ memory: boots, patience: longest });
  if (!isWhole(reached)) return undefined;
  while (boots - fails > step) {
    const middle = fails + Math.ceil((boots - fails) / step / 2) * step;
    // Too little memory may leave a guest that neither boots nor panics.
    const { marks } = await boot({ memory: middle, patience: took * 4 });
    if (isWhole(marks)) boots = middle;
    else fails = middle;
  }
  return { boots, fails };
}

function isWhole(marks) {
  return marks.every((mark) => mark !== undefined);
}

const step = 32;

/** Milliseconds after which a guest is taken to hang. */
export const longest = 300_000;
