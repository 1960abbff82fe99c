import { Option } from "commander";
import { CommandError } from "../command-error.ts";
import { formatPlan, wouldBoot } from "../plan/format-plan.ts";
import type { CommandDefinition } from "../run-command-line.ts";
import { type TrialBus, trialBuses } from "../try/choose-bus.ts";
import { exitStatus } from "./option-values.ts";

/** `earlyboot plan [FILE]` */
export const planCommand: CommandDefinition = (program, terminal, finish) => {
  program
    .command("plan")
    .argument("[image]", "an image; default: the one that would be built")
    .description("Say what an image would do, step by step, without doing it.")
    .option("-c, --cmdline <text>", "the kernel's command line; default: that of this boot")
    .option(
      "--disk <image...>",
      "plan for a virtual machine with these disks; default: this machine",
    )
    .addOption(
      new Option(
        "--bus <name>",
        "how these disks are attached; default: the first for which the image has drivers",
      ).choices(trialBuses),
    )
    .option(
      "-k, --kernel <file>",
      "the kernel of this machine with disks; default: the one that the image is for",
    )
    .option(
      "--checker <status>",
      "what a checker is taken to end with; default: 0, no errors",
      exitStatus,
    )
    .option("--config <file>", "the configuration; default: earlyboot.config.ts, .js or .json here")
    .option("--calls", "list every call that would change the machine")
    .option("--json", "print the plan as JSON")
    .addHelpText(
      "after",
      `
Ends with 1 when it would not boot.

Examples:
  earlyboot plan
  earlyboot plan /boot/initrd.img --cmdline "root=LABEL=system"
  earlyboot plan initrd.img --disk disk.img --cmdline "root=/dev/vda1" --calls
  earlyboot plan initrd.img --disk disk.img --cmdline "root=LABEL=system" --checker 4`,
    )
    .action(
      async (image: string | undefined, { calls, json, checker, ...options }: PlanOptions) => {
        if (options.disk === undefined && (options.bus ?? options.kernel) !== undefined) {
          throw new CommandError(
            "--bus and --kernel describe a virtual machine, and none is planned for: name its disks with --disk.",
          );
        }
        // The simulation is large, and no other command needs it.
        const { planImageBoot } = await import("../plan/plan-image-boot.ts");
        const plan = await planImageBoot({
          image,
          ...options,
          checker: checker === undefined ? undefined : { status: checker },
        });
        const steps = calls ? plan.steps : [];
        const lines = json
          ? [JSON.stringify(plan, undefined, 2)]
          : [...steps, ...formatPlan(plan, terminal)];
        for (const line of lines) terminal.line(line);
        finish(wouldBoot(plan) ? 0 : 1);
      },
    );
};

interface PlanOptions {
  readonly bus?: TrialBus;
  readonly kernel?: string;
  readonly checker?: number;
  readonly cmdline?: string;
  readonly disk?: readonly string[];
  readonly config?: string;
  readonly calls?: boolean;
  readonly json?: boolean;
}
