import { Option } from "commander";
import { writeTree } from "@earlyboot/initrd-image";
import { planInitrd } from "../build/build-initrd.ts";
import { requestFor } from "../build/request-for.ts";
import { configFor } from "../build/run-build.ts";
import { architectures } from "../config/config-schema.ts";
import type { CommandDefinition } from "../run-command-line.ts";

/** `earlyboot tree DIR` */
export const treeCommand: CommandDefinition = (program, terminal) => {
  program
    .command("tree")
    .argument("<directory>", "a new directory")
    .description("Write what an image would hold as a directory, for another generator to pack.")
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
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      "\nExample:\n  earlyboot tree /tmp/initrd && dracut --include /tmp/initrd / image",
    )
    .action(async (directory: string, options) => {
      const plan = await planInitrd(requestFor(await configFor(options), options.for));
      const tree = await writeTree(plan, directory);
      for (const warning of plan.warnings)
        terminal.complain(terminal.style.yellow(`warning: ${warning}`));
      const nodes =
        tree.skipped.length === 0
          ? ""
          : ` without ${tree.skipped.join(", ")}, which only root can make`;
      if (options.json) terminal.line(JSON.stringify(tree, undefined, 2));
      else terminal.line(`${tree.directory} is written${nodes}.`);
    });
};
