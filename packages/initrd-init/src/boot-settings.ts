import { type CommandLine, allValues, hasParameter, lastValue } from "@earlyboot/cmdline";
import { nearestWord, printable } from "@earlyboot/linux-syscalls";
import {
  type BootConfiguration,
  type BreakPoint,
  type FailureAction,
  type LogLevel,
  type RootConfiguration,
  type VolatileConfiguration,
  breakPoints,
  failureActions,
  logLevels,
} from "./boot-configuration.ts";
import { bootParameters } from "./parameters.ts";

/** Where a setting came from. */
export type SettingSource = "command line" | "image" | "default";

/** A value and where it came from. */
export interface Setting<T> {
  readonly value: T;
  readonly source: SettingSource;
}

/** Everything that a boot is asked to do, from the command line and the image's configuration. */
export interface BootSettings {
  /** As it was written; `undefined` when no root is asked for. */
  readonly root: Setting<string> | undefined;
  /** Types to try in order; empty: what the superblock says. */
  readonly rootTypes: Setting<readonly string[]>;
  readonly rootOptions: Setting<string | undefined>;
  readonly readOnly: Setting<boolean>;
  /** Seconds to wait first. */
  readonly rootDelay: Setting<number>;
  /** Seconds to wait for the root device; `undefined` is for ever. */
  readonly rootWait: Setting<number | undefined>;
  /** Seconds to wait for any other device; `undefined` is for ever. */
  readonly timeout: Setting<number | undefined>;
  readonly rootCheck: Pick<RootConfiguration, "check" | "checkIfClean" | "repair">;
  readonly init: Setting<string | undefined>;
  readonly initArguments: readonly string[];
  readonly load: Setting<string | undefined>;
  readonly checkMode: Setting<"auto" | "force" | "skip">;
  readonly repair: Setting<"preen" | "yes" | "no">;
  readonly blacklist: Setting<readonly string[]>;
  /** Seconds before the failure policy acts; 0 is never, `undefined` when `panic=` is not given. */
  readonly panic: Setting<number | undefined>;
  readonly repl: Setting<boolean>;
  readonly breaks: Setting<readonly BreakPoint[]>;
  /** `undefined`: the root is not volatile. */
  readonly volatile: Setting<VolatileConfiguration | undefined>;
  readonly loop: Setting<string | undefined>;
  readonly onFailure: Setting<FailureAction | undefined>;
  readonly log: Setting<LogLevel>;
  readonly quiet: boolean;
  /** `resume=` and its kin and `ip=`, as written: known, and of no effect yet. */
  readonly reported: readonly { readonly name: string; readonly value: string }[];
}

/** What {@link readBootSettings} gives. */
export interface BootSettingsResult {
  readonly settings: BootSettings;
  /** What could not be taken as it was written, one sentence each, fit for a console. */
  readonly warnings: readonly string[];
}

/**
 * Decides what a boot is asked to do: the command line wins over the image's configuration, and
 * both over the defaults. Bad values are warnings, and the next source counts.
 *
 * A locked image (`repl.access` not `open`) ignores `init=`, `earlyboot.load=`, `earlyboot.repl`
 * and `earlyboot.break=`, unless the configuration allows the first two; `password` keeps the
 * last two, since the REPL itself asks for the password.
 *
 * `kernelArguments` are the words that the kernel gave `/init`; those that are not earlyboot's own
 * go to the real init.
 */
export function readBootSettings(
  commandLine: CommandLine,
  configuration: BootConfiguration,
  kernelArguments: readonly string[] = commandLine.initArguments,
): BootSettingsResult {
  const warnings = unknownParameters(commandLine);
  const read = reader(commandLine, warnings);
  const access = configuration.repl?.access ?? "open";
  const programs = access === "open" || configuration.repl?.allowCommandLine === true;
  const interactive = access !== "off";
  const ignored = [
    ...(programs ? [] : ["init", "earlyboot.load"]),
    ...(interactive ? [] : ["earlyboot.repl", "earlyboot.break"]),
  ].filter((name) => has(commandLine, name));
  for (const name of ignored) warnings.push(`${name} is ignored: this image is locked`);
  const { root } = configuration;
  const timeout = read.seconds("earlyboot.timeout");
  const configuredTimeout = forEver(configuration.timeout);

  const settings: BootSettings = {
    root: optional(read.text("root"), root?.device),
    rootTypes: list(read.text("rootfstype"), root?.type),
    rootOptions: choose(read.text("rootflags"), root?.options, undefined),
    readOnly: choose(lastOfRoRw(commandLine), undefined, true),
    rootDelay: choose(read.seconds("rootdelay"), undefined, 0),
    rootWait: rootWait(commandLine, read, timeout, configuredTimeout),
    timeout: wait(timeout, configuration.timeout, configuredTimeout),
    rootCheck: root ?? {},
    init: choose(programs ? read.text("init") : undefined, configuration.init, undefined),
    initArguments: kernelArguments.filter((word) => !ownWord(word)),
    load: choose(programs ? read.text("earlyboot.load") : undefined, configuration.load, undefined),
    checkMode: choose(read.word("fsck.mode", ["auto", "force", "skip"]), undefined, "auto"),
    repair: choose(
      read.word("fsck.repair", ["preen", "yes", "no"]),
      repairWord(root?.repair),
      "preen",
    ),
    blacklist: blacklist(commandLine, configuration),
    panic: choose(read.integer("panic"), undefined, undefined),
    repl: choose(
      interactive && has(commandLine, "earlyboot.repl") ? true : undefined,
      undefined,
      false,
    ),
    breaks: choose(interactive ? readBreaks(read, warnings) : undefined, undefined, []),
    volatile: readVolatile(commandLine, read, configuration),
    loop: choose(read.text("earlyboot.loop"), undefined, undefined),
    onFailure: choose(
      read.word("earlyboot.onfailure", failureActions),
      configuration.onFailure,
      undefined,
    ),
    log: choose(
      read.word("earlyboot.log", logLevels) ?? (has(commandLine, "debug") ? "debug" : undefined),
      configuration.log,
      "info",
    ),
    quiet: has(commandLine, "quiet"),
    reported: reportedOnly(commandLine),
  };
  return { settings, warnings };
}

/** Parameters that are known, and of no effect yet. */
const reportedNames = ["resume", "resume_offset", "noresume", "hibernate", "ip"];

function reportedOnly(commandLine: CommandLine): BootSettings["reported"] {
  return reportedNames
    .filter((name) => hasParameter(commandLine, name))
    .map((name) => ({ name, value: lastValue(commandLine, name) ?? "" }));
}

function choose<T>(
  fromCommandLine: T | undefined,
  fromImage: T | undefined,
  fallback: T,
): Setting<T> {
  if (fromCommandLine !== undefined) return { value: fromCommandLine, source: "command line" };
  if (fromImage !== undefined) return { value: fromImage, source: "image" };
  return { value: fallback, source: "default" };
}

function optional<T>(
  fromCommandLine: T | undefined,
  fromImage: T | undefined,
): Setting<T> | undefined {
  const { value, source } = choose(fromCommandLine, fromImage, undefined);
  return value === undefined ? undefined : { value, source };
}

function list(
  fromCommandLine: string | undefined,
  fromImage: string | undefined,
): Setting<readonly string[]> {
  const { value, source } = choose<string | undefined>(fromCommandLine, fromImage, undefined);
  return { value: commaList(value ?? ""), source };
}

function commaList(text: string): readonly string[] {
  return text.split(",").filter((word) => word !== "");
}

/** All names of a parameter, the one of the reference first. */
function namesOf(name: string): readonly string[] {
  const parameter = bootParameters.find((candidate) => candidate.name === name);
  return [name, ...(parameter?.aliases ?? [])];
}

function has(commandLine: CommandLine, name: string): boolean {
  return namesOf(name).some((each) => hasParameter(commandLine, each));
}

/** The value of the last parameter that has the name or one of its aliases. */
function lastOf(commandLine: CommandLine, name: string): string | undefined {
  const names = new Set(namesOf(name).map(canonical));
  return commandLine.parameters.findLast((parameter) => names.has(canonical(parameter.name)))
    ?.value;
}

function canonical(name: string): string {
  return name.replaceAll("-", "_");
}

function lastOfRoRw(commandLine: CommandLine): boolean | undefined {
  const last = commandLine.parameters.findLast(
    ({ name, value }) => value === undefined && (name === "ro" || name === "rw"),
  );
  return last === undefined ? undefined : last.name === "ro";
}

interface Reader {
  text(name: string): string | undefined;
  integer(name: string): number | undefined;
  seconds(name: string): number | undefined;
  word<T extends string>(name: string, words: readonly T[]): T | undefined;
}

/** Reads typed values, and puts what it cannot read among the warnings. */
function reader(commandLine: CommandLine, warnings: string[]): Reader {
  const text = (name: string) => {
    const value = lastOf(commandLine, name);
    return value === "" ? undefined : value;
  };
  const number = (name: string, pattern: RegExp, expected: string) => {
    const value = text(name);
    if (value === undefined) return undefined;
    if (pattern.test(value)) return Number(value);
    warnings.push(`${name}=${printable(value)} is ignored: expected ${expected}`);
    return undefined;
  };
  return {
    text,
    integer: (name) => number(name, /^[+-]?\d{1,9}$/, "a number of seconds"),
    seconds: (name) => number(name, /^\d{1,9}$/, "a number of seconds, 0 or more"),
    word: <T extends string>(name: string, words: readonly T[]) => {
      const value = text(name);
      const word = words.find((candidate) => candidate === value);
      if (value !== undefined && word === undefined) {
        const near = nearestWord(value, words);
        const hint = near === undefined ? "" : `; did you mean ${near}?`;
        warnings.push(
          `${name}=${printable(value)} is ignored: expected ${words.join(", ")}${hint}`,
        );
      }
      return word;
    },
  };
}

function forEver(seconds: number | undefined): number | undefined {
  return seconds === 0 ? undefined : seconds;
}

const defaultTimeout = 180;

function wait(
  fromCommandLine: number | undefined,
  inImage: number | undefined,
  fromImage: number | undefined,
): Setting<number | undefined> {
  if (fromCommandLine !== undefined) {
    return { value: forEver(fromCommandLine), source: "command line" };
  }
  if (inImage !== undefined) return { value: fromImage, source: "image" };
  return { value: defaultTimeout, source: "default" };
}

/** `rootwait` alone waits for ever; `rootwait=N` for N seconds; without it the time-out for any device. */
function rootWait(
  commandLine: CommandLine,
  read: Reader,
  timeout: number | undefined,
  fromImage: number | undefined,
): Setting<number | undefined> {
  const parameter = commandLine.parameters.findLast(({ name }) => name === "rootwait");
  if (parameter !== undefined && (parameter.value ?? "") === "") {
    return { value: undefined, source: "command line" };
  }
  const seconds = read.seconds("rootwait");
  if (seconds !== undefined) return { value: seconds, source: "command line" };
  return wait(timeout, fromImage, fromImage);
}

function repairWord(repair: "preen" | boolean | undefined): "preen" | "yes" | "no" | undefined {
  if (repair === undefined || repair === "preen") return repair;
  return repair ? "yes" : "no";
}

function blacklist(
  commandLine: CommandLine,
  configuration: BootConfiguration,
): Setting<readonly string[]> {
  const values = namesOf("modprobe.blacklist").flatMap((name) => allValues(commandLine, name));
  const fromCommandLine = values.flatMap((value) => commaList(value));
  const fromImage = configuration.modules?.blacklist ?? [];
  const value = [...fromImage, ...fromCommandLine];
  if (fromCommandLine.length > 0) return { value, source: "command line" };
  return { value, source: fromImage.length > 0 ? "image" : "default" };
}

function readBreaks(read: Reader, warnings: string[]): readonly BreakPoint[] | undefined {
  const words = read.text("earlyboot.break");
  if (words === undefined) return undefined;
  const known = commaList(words).map((word) => {
    const point = breakPoints.find((candidate) => candidate === word);
    if (point === undefined) {
      const near = nearestWord(word, breakPoints);
      const hint =
        near === undefined ? `expected ${breakPoints.join(", ")}` : `did you mean ${near}?`;
      warnings.push(`earlyboot.break=${printable(word)} is ignored: ${hint}`);
    }
    return point;
  });
  return known.filter((point) => point !== undefined);
}

function readVolatile(
  commandLine: CommandLine,
  read: Reader,
  configuration: BootConfiguration,
): BootSettings["volatile"] {
  const { volatile: configured } = configuration;
  const image = typeof configured === "object" ? configured : {};
  if (has(commandLine, "earlyboot.volatile")) {
    const size = read.text("earlyboot.volatile");
    const value = size === undefined ? image : { ...image, size };
    return { value, source: "command line" };
  }
  if (configured === undefined) return { value: undefined, source: "default" };
  return { value: configured === false ? undefined : image, source: "image" };
}

/** Whether a word after ` -- ` is earlyboot's own and not the real init's. */
function ownWord(word: string): boolean {
  return /^(--root=|--load=|--repl$|earlyboot\.|gnu\.(load=|repl$))/.test(word);
}

/** One warning for each parameter of our own space that nobody knows. */
function unknownParameters(commandLine: CommandLine): string[] {
  const known = bootParameters.map(({ name }) => name);
  const unknown = commandLine.parameters.filter(
    ({ name }) => /^earlyboot[.]/.test(name) && !known.includes(name),
  );
  return unknown.map(({ name }) => {
    const near = nearestWord(
      name,
      known.filter((candidate) => candidate.startsWith("earlyboot.")),
    );
    const hint = near === undefined ? "" : `; did you mean ${near}?`;
    return `${printable(name)} is not a parameter of earlyboot${hint}`;
  });
}
