import type { CommandLine } from "@earlyboot/cmdline";
import type { Linux } from "@earlyboot/linux-syscalls";
import type { RootParameter } from "@earlyboot/mount-spec";
import type { LoadedConfiguration } from "./read-configuration.ts";
import { type BootLog, createBootLog } from "./boot-log.ts";
import type { BootModules } from "./boot-modules.ts";
import { type BootRecorder, createBootRecorder } from "./boot-recorder.ts";
import type { BootSettings } from "./boot-settings.ts";
import type { BootUi } from "./boot-ui.ts";
import type { FoundRoot } from "./find-root.ts";

/** A boot under way: what every stage works with, and what earlier stages found out. */
export interface Boot {
  readonly linux: Linux;
  readonly ui: BootUi;
  readonly configuration: LoadedConfiguration;
  readonly log: BootLog;
  readonly recorder: BootRecorder;
  /** False on a kernel without devtmpfs. */
  devtmpfs: boolean;
  commandLine: CommandLine;
  settings: BootSettings;
  /** What `root=` or the image asks for. */
  rootParameter: RootParameter | undefined;
  modules: BootModules | undefined;
  /** Why the image's modules cannot be loaded. */
  modulesProblem: string | undefined;
  root: FoundRoot | undefined;
  /** The processes that live on after the switch. */
  readonly survivors: number[];
  /** Checks that are running: each stops its checker in an orderly way, and settles when it has ended. */
  readonly checks: Set<() => Promise<unknown>>;
  /** Whether the root has been switched: nothing of the image is there any more. */
  switched: boolean;
  /** The boot program that runs in this process: errors that nobody caught are its. */
  program: string | undefined;
  /** Whether somebody is in the REPL: Ctrl-C and errors of what is typed are theirs, not the boot's. */
  replOpen: boolean;
  /** Whether the password of the REPL was wrong too often: nobody is asked for it again. */
  replRefused: boolean;
  /** Whether SIGINT restarts the machine. Not in the REPL: there it is Ctrl-C, and the host's. */
  takeInterrupts: (on: boolean) => void;
}

/** Where the root file system is mounted before it becomes the root. */
export const newRoot = "/root";

/** A sentence for the log and for the report. */
export function warn(boot: Pick<Boot, "log" | "recorder">, text: string): void {
  boot.log.warning(text);
  boot.recorder.warning(text);
}

/** Begins a boot that has done nothing yet. */
export function beginBoot(
  linux: Linux,
  configuration: LoadedConfiguration,
  ui: BootUi,
  initial: Pick<Boot, "commandLine" | "settings">,
): Boot {
  return {
    linux,
    ui,
    configuration,
    log: createBootLog(linux, (text) => ui.write(text)),
    recorder: createBootRecorder(linux),
    devtmpfs: true,
    ...initial,
    rootParameter: undefined,
    modules: undefined,
    modulesProblem: undefined,
    root: undefined,
    survivors: [],
    checks: new Set(),
    switched: false,
    program: undefined,
    replOpen: false,
    replRefused: false,
    takeInterrupts: () => {},
  };
}
