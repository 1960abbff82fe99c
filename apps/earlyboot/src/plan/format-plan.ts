import type { BootPlan } from "@earlyboot/initrd-init";
import { formatTable } from "../terminal/format.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** A boot that was thought through, for people: stage by stage, then what would come of it. */
export function formatPlan(plan: BootPlan, { style }: Pick<Terminal, "style">): string[] {
  const { outcome, stages, warnings, assumptions } = plan;
  return [
    ...formatTable(stages.map(({ name, outcome: how, note }) => [name, note ?? how])),
    ...warnings.map((warning) => style.yellow(`warning: ${warning}`)),
    ...assumptions.map((assumption) => style.dim(`taken for granted: ${assumption}`)),
    "",
    ...(outcome.kind === "failed" ? [outcome.screen] : []),
    style[wouldBoot(plan) ? "green" : "red"](sentence(outcome)),
  ];
}

/** Whether something of the new root would run. */
export function wouldBoot({ outcome }: BootPlan): boolean {
  return outcome.kind === "real-init" || outcome.kind === "boot-program";
}

function sentence(outcome: BootPlan["outcome"]): string {
  if (outcome.kind === "failed") return `It would not boot: ${outcome.failure}`;
  if (outcome.kind === "reboot") {
    return "It would restart the machine, because a checker asks for that.";
  }
  const what = outcome.kind === "real-init" ? outcome.arguments.join(" ") : "as a boot program";
  return `It would boot: ${outcome.path} would run as PID 1 ${what}`.trimEnd();
}
