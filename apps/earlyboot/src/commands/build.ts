import { Option } from "commander";
import { architectures, compressions } from "../config/config-schema.ts";
import type { CommandDefinition } from "../run-command-line.ts";
import { runBuild } from "../build/run-build.ts";

/** `earlyboot build` */
export const buildCommand: CommandDefinition = (program, terminal, finish) => {
  program
    .command("build")
    .description("Build the image for a kernel.")
    .option("-o, --output <file>", "the file to write; default: earlyboot-VERSION.img")
    .option("-k, --kernel <version>", "the kernel's version; default: the running one's")
    .addOption(
      new Option("--architecture <name>", "the type of the machine; default: this one's").choices(
        architectures,
      ),
    )
    .option("--for <directory>", "build for the system that is mounted there; default: this one")
    .option(
      "-c, --config <file>",
      "the configuration; default: earlyboot.config.ts, .js or .json here",
    )
    .addOption(new Option("--compression <name>", "how to compress").choices(compressions))
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      `
The file is replaced only when the new image has been read back whole.

Examples:
  earlyboot build
  earlyboot build -k 6.12.0-1-amd64 -o /boot/initrd.img-6.12.0-1-amd64
  earlyboot build --for /mnt --compression lz4
  earlyboot build --architecture arm64 --for /mnt/arm64`,
    )
    .action(async (options) => finish(await runBuild(options, terminal)));
};
