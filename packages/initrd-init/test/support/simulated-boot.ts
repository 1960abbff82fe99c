import {
  type BootConfiguration,
  type BootReport,
  type BootUi,
  bootSystem,
  reportPath,
} from "@earlyboot/initrd-init";
import { type Linux, errorCode } from "@earlyboot/linux-syscalls";
import {
  type Ending,
  type FileTree,
  type SimulatedLinux,
  type SimulationOptions,
  elfFile,
  simulateLinux,
} from "@earlyboot/linux-syscalls/testing";

/** The files of an initramfs. */
export const imageFiles: FileTree = {
  "/init": { kind: "file", content: elfFile(), mode: 0o755 },
};

/** The files of a root file system with an init. */
export const rootFiles: FileTree = {
  "/dev": { kind: "directory" },
  "/proc": { kind: "directory" },
  "/sys": { kind: "directory" },
  "/run": { kind: "directory" },
  "/etc": { kind: "directory" },
  "/sbin/init": { kind: "file", program: {} },
};

/** A machine with one disk, on which there is a root. */
export const plainMachine: SimulationOptions = {
  start: "bare",
  commandLine: "root=LABEL=root",
  files: imageFiles,
  devices: [
    { name: "vda", fileSystem: { type: "ext4", label: "root", files: rootFiles } },
    { name: "vdb", fileSystem: { type: "ext4", label: "data" } },
  ],
};

/** A person at the console, or none. */
export interface SimulatedPerson {
  readonly interactive?: boolean;
  /** What is arranged before the machine starts. */
  readonly arrange?: (linux: SimulatedLinux) => void;
  /** What is done in the REPL, once for each time that it opens. */
  readonly repl?: readonly ((linux: SimulatedLinux) => void | Promise<void>)[];
  /** Pressed when a key is waited for. */
  readonly key?: string;
  readonly passwords?: readonly string[];
  /** What the boot program does. */
  readonly program?: (path: string, linux: SimulatedLinux) => void | Promise<void>;
  /** Parts of the console and its host that behave otherwise. */
  readonly ui?: Partial<BootUi>;
  /** Gives the machine other calls than its own. */
  readonly replace?: (linux: SimulatedLinux) => SimulatedLinux;
}

/** What can be told of a boot while it runs and afterwards. */
export interface ObservedBoot {
  /** Resolves with the status with which PID 1 ended, on which the kernel panics; rejects with the boot. */
  readonly panicked: Promise<number>;
  /** What was written to the console directly. */
  output(): string;
  replOpened(): number;
  /** The report as it was last written. */
  report(): BootReport | undefined;
}

/** Begins to boot a simulated machine. */
export function beginSimulatedBoot(
  linux: SimulatedLinux,
  configuration: BootConfiguration = { version: 1 },
  person: SimulatedPerson = {},
): ObservedBoot {
  let output = "";
  let replOpened = 0;
  let report: BootReport | undefined;
  const { promise: panicked, resolve: panic, reject: fail } = Promise.withResolvers<number>();
  panicked.catch(() => {});
  const passwords = [...(person.passwords ?? [])];
  const ui: BootUi = {
    host: "simulation",
    kernelArguments: [],
    interactive: () => person.interactive ?? false,
    colour: () => false,
    write: (text) => {
      output += text;
    },
    nextKey: (signal) =>
      person.key === undefined
        ? new Promise((_, reject) => {
            signal.addEventListener("abort", () => reject(signal.reason));
          })
        : Promise.resolve(person.key),
    readSecret: async () => {
      const password = passwords.shift();
      return password === undefined ? undefined : new TextEncoder().encode(password);
    },
    passwordFits: async (password, hash) => hash === `plain:${new TextDecoder().decode(password)}`,
    runRepl: async () => {
      await person.repl?.[replOpened++]?.(linux);
      if (replOpened > (person.repl?.length ?? 0))
        throw new Error("the REPL opened once too often");
    },
    runProgram: async (path) => {
      await person.program?.(path, linux);
    },
    importHooks: async () => ({}),
    decompress: {},
    onFatal: () => {},
    exit: (status) => {
      panic(status);
      throw new Error(`PID 1 ended with ${status}`);
    },
    ...person.ui,
  };
  const watched: Linux = {
    ...(person.replace?.(linux) ?? linux),
    writeFile: (path, content, how) => {
      linux.writeFile(path, content, how);
      if (path === reportPath) report = JSON.parse(String(content));
    },
  };
  bootSystem(watched, configuration, ui).then(
    () => fail(new Error("the boot returned")),
    (error: unknown) => {
      // Every call on a machine that has ended throws; that is the end of the boot, not its failure.
      if (errorCode(error) !== "SIMULATION_ENDED") fail(error);
    },
  );
  return { panicked, output: () => output, replOpened: () => replOpened, report: () => report };
}

/** How a simulated boot went. */
export interface SimulatedBoot {
  readonly linux: SimulatedLinux;
  /** How it ended; `undefined` when PID 1 ended itself. */
  readonly ending: Ending | undefined;
  readonly panic: number | undefined;
  /** What the console shows: what was written to it, and what the kernel shows of its log. */
  readonly console: string;
  readonly replOpened: number;
  readonly report: BootReport | undefined;
}

/** Boots a simulated machine until it has ended. */
export async function simulateBoot(
  options: SimulationOptions = plainMachine,
  configuration: BootConfiguration = { version: 1 },
  person: SimulatedPerson = {},
): Promise<SimulatedBoot> {
  const linux = simulateLinux(options);
  person.arrange?.(linux);
  const boot = beginSimulatedBoot(linux, configuration, person);
  const result = await Promise.race([linux.ended, boot.panicked]);
  return {
    linux,
    ending: typeof result === "number" ? undefined : result,
    panic: typeof result === "number" ? result : undefined,
    console: consoleOf(linux, boot),
    replOpened: boot.replOpened(),
    report: boot.report(),
  };
}

/** What a console shows of a boot. */
export function consoleOf(linux: SimulatedLinux, boot: ObservedBoot): string {
  const shown = linux.kernelLog.map((record) => record.replace(/^<\d>/, "").trimEnd());
  return `${boot.output()}${shown.join("\n")}`;
}
