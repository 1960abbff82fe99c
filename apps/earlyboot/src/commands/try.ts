import { Option } from "commander";
import type { CommandDefinition } from "../run-command-line.ts";
import { tryImage } from "../try/try-image.ts";
import { positiveNumber } from "./option-values.ts";

/** `earlyboot try [FILE]` */
export const tryCommand: CommandDefinition = (program, terminal, finish) => {
  program
    .command("try")
    .argument("[image]", "the image to boot; default: one is built for the kernel")
    .description("Boot an image in QEMU and say whether the real init was reached.")
    .option("-k, --kernel <file>", "the kernel to boot; default: that of the running system")
    .option("-m, --modules <directory>", "its modules; default: beside the kernel, or /lib/modules")
    .option("-r, --root <image>", "a disk image to boot into; default: a scratch disk is made")
    .option(
      "-c, --cmdline <text>",
      "further words for the kernel's command line; the last one wins",
    )
    .option("--disk <image...>", "further disks")
    .option("--memory <mebibytes>", "memory of the guest", positiveNumber, 1024)
    .option("--limit <seconds>", "how long the boot may take", positiveNumber, 300)
    .option("--stay", "go on after a login prompt, until the guest ends")
    .addOption(
      new Option("--accel <name>", "how QEMU runs the guest")
        .choices(["auto", "tcg", "kvm"])
        .default("auto"),
    )
    .option("--json", "print the result as JSON, and nothing else")
    .addHelpText(
      "after",
      `
Changes to the disks are lost when the guest ends. What you type goes to the guest;
Ctrl-C ends it.

Examples:
  earlyboot try
  earlyboot try /boot/initrd.img --kernel /boot/vmlinuz
  earlyboot try --root disk.img --cmdline "root=LABEL=system rw"
  earlyboot try --cmdline earlyboot.repl`,
    )
    .action(async (image: string | undefined, options) => {
      finish(await tryImage({ image, ...options }, terminal));
    });
};
