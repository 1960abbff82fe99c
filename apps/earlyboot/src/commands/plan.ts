import { formatPlan, wouldBoot } from "../plan/format-plan.ts";
import type { CommandDefinition } from "../run-command-line.ts";

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
  earlyboot plan initrd.img --disk disk.img --cmdline "root=/dev/vda1" --calls`,
    )
    .action(async (image: string | undefined, { calls, json, ...options }: PlanOptions) => {
      // The simulation is large, and no other command needs it.
      const { planImageBoot } = await import("../plan/plan-image-boot.ts");
      const plan = await planImageBoot({ image, ...options });
      const steps = calls ? plan.steps : [];
      const lines = json
        ? [JSON.stringify(plan, undefined, 2)]
        : [...steps, ...formatPlan(plan, terminal)];
      for (const line of lines) terminal.line(line);
      finish(wouldBoot(plan) ? 0 : 1);
    });
};

interface PlanOptions {
  readonly cmdline?: string;
  readonly disk?: readonly string[];
  readonly config?: string;
  readonly calls?: boolean;
  readonly json?: boolean;
}
