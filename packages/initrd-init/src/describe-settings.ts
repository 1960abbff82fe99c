import { printable } from "@earlyboot/linux-syscalls";
import type { BootSettings, Setting, SettingSource } from "./boot-settings.ts";

/** One setting in words. */
export interface DescribedSetting {
  readonly name: string;
  readonly value: string;
  readonly source: SettingSource;
}

/** Every setting of a boot that has a value, in words fit for a console, with its source. */
export function describeSettings(settings: BootSettings): readonly DescribedSetting[] {
  const rows: readonly (readonly [name: string, setting: Setting<unknown> | undefined])[] = [
    ["root", settings.root],
    ["rootfstype", settings.rootTypes],
    ["rootflags", settings.rootOptions],
    [settings.readOnly.value ? "ro" : "rw", { ...settings.readOnly, value: true }],
    ["rootdelay", settings.rootDelay],
    ["rootwait", waitsLikeOthers(settings) ? undefined : settings.rootWait],
    ["init", settings.init],
    ["earlyboot.load", settings.load],
    ["fsck.mode", settings.checkMode],
    ["fsck.repair", settings.repair],
    ["modprobe.blacklist", settings.blacklist],
    ["panic", settings.panic],
    ["earlyboot.repl", settings.repl],
    ["earlyboot.break", settings.breaks],
    ["earlyboot.volatile", settings.volatile],
    ["earlyboot.loop", settings.loop],
    ["earlyboot.onfailure", settings.onFailure],
    ["earlyboot.log", settings.log],
    ["earlyboot.timeout", settings.timeout],
  ];
  return rows.flatMap(([name, setting]) => {
    if (setting === undefined) return [];
    const value = words(name, setting.value);
    return value === undefined ? [] : [{ name, value: printable(value), source: setting.source }];
  });
}

/** Whether nothing is said of the root's device alone: then the time for any device holds for it too. */
function waitsLikeOthers({ rootWait, timeout }: BootSettings): boolean {
  return rootWait.value === timeout.value && rootWait.source === timeout.source;
}

/** A setting as it stands on a command line. */
export function formatSetting({ name, value }: DescribedSetting): string {
  return value === "" ? name : `${name}=${value}`;
}

function words(name: string, value: unknown): string | undefined {
  if (value === undefined) return name === "rootwait" ? "for ever" : undefined;
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.join(",");
  if (typeof value === "object" && value !== null) return "size" in value ? String(value.size) : "";
  if (typeof value === "boolean") return value ? "" : undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
}
