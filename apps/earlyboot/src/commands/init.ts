import { existsSync, writeFileSync } from "node:fs";
import { readHostRoot } from "../build/host-root.ts";
import { CommandError } from "../command-error.ts";
import { configTemplate } from "../config/config-template.ts";
import type { CommandDefinition } from "../run-command-line.ts";

/** `earlyboot init` */
export const initCommand: CommandDefinition = (program, terminal, finish) => {
  program
    .command("init")
    .description("Write a commented earlyboot.config.ts for this machine.")
    .option("--force", "replace the one that is there")
    .addHelpText(
      "after",
      "\nExample:\n  earlyboot init && earlyboot build && earlyboot try earlyboot-*.img",
    )
    .action(({ force }: { force?: boolean }) => {
      const file = "earlyboot.config.ts";
      if (existsSync(file) && !force) {
        throw new CommandError(`${file} is already here. Give --force to replace it.`);
      }
      writeFileSync(file, configTemplate(readHostRoot()));
      terminal.line(`${file} is written: look through it, then run earlyboot build.`);
      finish(0);
    });
};
