import { describeBlockDevices, listBlockDevices } from "@earlyboot/block-devices";
import type { MissingDriver } from "@earlyboot/kernel-modules";
import { printable } from "@earlyboot/linux-syscalls";
import { type BootFailure, messageOf } from "./boot-failure.ts";
import { describeLate, lateModules, missingDrivers } from "./boot-modules.ts";
import { writeBootReport } from "./boot-recorder.ts";
import type { Boot } from "./boot.ts";
import { stopChecks } from "./check-device.ts";
import { describeSettings, formatSetting } from "./describe-settings.ts";
import { failureScreen } from "./failure-screen.ts";
import { openRepl } from "./open-repl.ts";
import { runFailurePolicy } from "./run-failure-policy.ts";

/**
 * Says why a stage failed, writes the report as far as the boot got, and runs the failure policy.
 * Returns when its REPL was left: the stage is tried again.
 */
export async function failBoot(boot: Boot, failure: BootFailure): Promise<void> {
  const { linux, ui, log, recorder, configuration, settings } = boot;
  try {
    await tell(boot, failure);
  } catch (error) {
    log.error(failure.message);
    log.error(`more cannot be told: ${messageOf(error)}`);
  }
  await runFailurePolicy(linux, ui, {
    action: settings.onFailure.value,
    panic: settings.panic.value,
    repl: boot.replRefused ? { access: "off" } : (configuration.repl ?? { access: "open" }),
    openRepl: () => openRepl(boot, { asked: true }),
    beforeEnd: () => stopChecks(boot),
  });
  recorder.set({ outcome: "booting" });
}

/** Shows the screen and writes the report. */
async function tell(boot: Boot, failure: BootFailure): Promise<void> {
  const { linux, ui, log, recorder } = boot;
  const screen = failureScreen(failure, { asked: asked(boot), seen: await seen(boot, failure) });
  recorder.set({
    outcome: "failed",
    failure: failure.message,
    missingModules: missingDrivers(boot).flatMap(({ device, modules }) =>
      modules.map((name) => ({ name, device })),
    ),
  });
  writeBootReport(linux, recorder.report());
  log.record(screen);
  ui.write(`\n${ui.colour() ? inRed(screen) : screen}\n`);
}

/** One line about a device without a driver: which module the image lacks. */
function describeMissing({ device, modules }: MissingDriver): string {
  const name = device.slice(device.lastIndexOf("/") + 1);
  return `no driver for ${printable(name)}: the image lacks ${modules.join(", ")}`;
}

/** How long a disk may take to say what is on it, in milliseconds: a dying one never does. */
const patience = 5000;

/** The devices that are there; none where even that cannot be told. */
async function devicesNow({ linux }: Boot): Promise<readonly string[]> {
  const answered = new AbortController();
  const late = linux.sleep(patience, answered.signal).then(() => []);
  try {
    return describeBlockDevices(await Promise.race([listBlockDevices(linux), late]));
  } catch {
    return [];
  } finally {
    answered.abort();
  }
}

/** The first line of a screen in bold red. */
function inRed(screen: string): string {
  const end = screen.indexOf("\n");
  return `\u001b[1;31m${screen.slice(0, end)}\u001b[0m${screen.slice(end)}`;
}

/** What was asked for that is not a default, and where that came from. */
function asked(boot: Boot): readonly string[] {
  const rows = describeSettings(boot.settings).filter(({ source }) => source !== "default");
  const sources = ["command line", "image"] as const;
  return sources.flatMap((source) => {
    const words = rows.filter((row) => row.source === source);
    if (words.length === 0) return [];
    return [`${words.map(formatSetting).join(" ")} (${source})`];
  });
}

/** The drivers that were loaded and found nothing to drive, in one line. */
function withoutDevice({ modules }: Boot): readonly string[] {
  const idle = (modules?.loader.reports ?? []).filter(({ outcome }) => outcome === "no-device");
  return idle.length === 0 ? [] : [`no device for ${idle.map(({ name }) => name).join(", ")}`];
}

/**
 * Devices, unless the failure itself tells of them, drivers that are missing or do not come up, and drivers
 * without a device.
 */
async function seen(boot: Boot, failure: BootFailure): Promise<readonly string[]> {
  const devices = failure.seen.length > 0 ? [] : await devicesNow(boot);
  return [
    ...devices,
    ...lateModules(boot).map(describeLate),
    ...missingDrivers(boot).map(describeMissing),
    ...withoutDevice(boot),
  ];
}
