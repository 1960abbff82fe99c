import { expect } from "@jest/globals";
import type { ScratchFacts } from "@earlyboot/earlyboot";
import { testKernel } from "./boot-environment.ts";
import { type BootedGuest, bootGuest, scratchFile } from "./boot-guest.ts";
import { bootTest } from "./boot-test.ts";
import { makeDisk } from "./make-disks.ts";
import type { BootScenario, Scenario } from "./scenario.ts";
import { testImage } from "./test-image.ts";

/** Makes a test of each scenario: boots it, and holds what happens to the row and to `earlyboot plan`. */
export function runScenarios(scenarios: readonly Scenario[]): void {
  for (const scenario of scenarios) {
    const { name, needs = {} } = scenario;
    if ("run" in scenario) bootTest(name, scenario.run, needs);
    else {
      const reason = needs.reason ?? whyNoKernel(scenario);
      bootTest(name, () => runScenario(scenario), { ...needs, reason });
    }
  }
}

function whyNoKernel({ kernel, imageKernel }: BootScenario): string | undefined {
  if (kernel !== "generic" && imageKernel !== "generic") return undefined;
  if (testKernel("generic") !== undefined) return undefined;
  return "needs Debian's linux-image-amd64, which npm test fetches";
}

async function runScenario(scenario: BootScenario): Promise<void> {
  const { commandLine, during, kernel = "cloud" } = scenario;
  const content = typeof scenario.image === "function" ? await scenario.image() : scenario.image;
  const image = await testImage({ ...content, kernel: scenario.imageKernel ?? kernel });
  const disks = [];
  for (const [index, { holds, ...attached }] of (scenario.disks ?? []).entries()) {
    disks.push({ ...attached, file: await makeDisk(holds, scratchFile(`disk${index}`)) });
  }
  const machine =
    typeof scenario.machine === "function" ? await scenario.machine() : scenario.machine;
  const { file = "" } = testKernel(kernel) ?? {};

  const { checker, planCannotKnow } = scenario;
  const guest = await bootGuest({
    checker,
    planCannotKnow,
    // Under emulation a second processor costs a quarter more than it brings to a boot.
    processors: 1,
    ...machine,
    kernel: file,
    image,
    disks,
    commandLine,
  });
  await during?.(guest);
  const facts = await outcomeOf(guest, scenario);

  const console = guest.console.text();
  checkConsole(console, scenario);
  if (facts !== undefined) {
    if (scenario.root !== undefined) expect(rootLine(facts)).toMatch(beginning(scenario.root));
    scenario.facts?.(facts, console);
  }
}

/** Waits until the guest has done what the scenario says that comes of it. */
async function outcomeOf(
  guest: BootedGuest,
  { outcome }: BootScenario,
): Promise<ScratchFacts | undefined> {
  if (outcome === "real-init") return guest.reachedFacts();
  if (outcome === "other" || outcome === "boot-program") return undefined;
  const console = await guest.ended();
  expect(console).not.toContain("earlyboot-scratch:");
  if (outcome === "failed") expect(console).toContain("earlyboot: this machine did not boot.");
  else expect(console).toContain("reboot: Restarting system");
  return undefined;
}

function checkConsole(console: string, { says = [], saysNot = [] }: BootScenario): void {
  // The failure screen breaks long lines.
  const flat = console.replaceAll(/\s+/g, " ");
  for (const words of says) expect(flat).toMatch(matching(words));
  for (const words of saysNot) expect(flat).not.toMatch(matching(words));
}

function rootLine({ mounts }: ScratchFacts): string {
  return mounts.find((line) => line.split(" ")[1] === "/") ?? "";
}

function beginning(words: string | RegExp): RegExp {
  return new RegExp(`^(?:${matching(words).source})`);
}

function matching(words: string | RegExp): RegExp {
  if (typeof words !== "string") return words;
  return new RegExp(words.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`));
}
