import * as blockDevices from "@earlyboot/block-devices";
import * as fsckRunner from "@earlyboot/fsck-runner";
import * as kernelModules from "@earlyboot/kernel-modules";
import { type Linux, RebootCommand, printable } from "@earlyboot/linux-syscalls";
import * as mountSpec from "@earlyboot/mount-spec";
import * as switchRoot from "@earlyboot/switch-root";
import { askForRepl } from "./ask-password.ts";
import { BootFailure } from "./boot-failure.ts";
import { writeBootReport } from "./boot-recorder.ts";
import type { ReplAnswer, ReplCommand } from "./boot-ui.ts";
import type { Boot } from "./boot.ts";
import { safeText } from "./safe-text.ts";
import { drainConsole, leaveTerminal, takeTerminal } from "./take-console.ts";

/**
 * Opens the REPL on the console and waits until it is left. Does nothing but say so where the image is
 * locked or nobody can type; asks for the password of a locked one, unless the caller has `asked`.
 *
 * @throws BootFailure after three wrong passwords: whoever wanted to stop the boot here, it must not go on.
 */
export async function openRepl(
  boot: Boot,
  { asked = false }: { readonly asked?: boolean } = {},
): Promise<void> {
  const { linux, ui, log, configuration } = boot;
  const repl = configuration.repl ?? { access: "open" };
  if (repl.access === "off") return log.warning("no REPL: this image is locked");
  if (!ui.interactive()) return log.warning("no REPL: there is no console to type at");
  const access = asked ? "granted" : await askForRepl(ui, repl);
  if (access === "given-up") return log.warning("no REPL: nobody gave the password");
  if (access === "refused") {
    boot.replRefused = true;
    throw new BootFailure({
      operation: "open the REPL",
      reason: "the password was wrong three times",
      hints: ["Boot without earlyboot.repl and earlyboot.break=."],
    });
  }
  // The kernel writes its log between the lines of a screen that is still being sent.
  await drainConsole(linux);
  log.info("the REPL is open");
  takeTerminal(linux);
  boot.replOpen = true;
  boot.takeInterrupts(false);
  try {
    await ui.runRepl({ names: names(boot), commands: commands(boot), help });
  } finally {
    boot.takeInterrupts(true);
    boot.replOpen = false;
    leaveTerminal(linux);
  }
}

function names(boot: Boot): Readonly<Record<string, unknown>> {
  const { linux } = boot;
  return {
    ...blockDevices,
    ...fsckRunner,
    ...mountSpec,
    ...switchRoot,
    linux,
    boot,
    loadModule: (name: string, parameters?: string) => load(boot, name, parameters),
  };
}

/** Loads by a loader of its own: that of the boot has ended once the switch was tried. */
function load({ linux, modules }: Boot, name: string, parameters?: string): Promise<unknown> {
  if (modules === undefined) throw new Error("the image has no modules for this kernel");
  return kernelModules.loadModule(linux, modules.index, name, parameters);
}

const help = `This is the REPL of earlyboot: JavaScript, and await works. In scope:
  linux                          every call to the kernel: linux.mount({ source, target, type })
  boot                           this boot: boot.settings, boot.root, boot.log
  findDevice(linux, { label })   mountFileSystem(linux, fileSystem({ … }))
  checkFileSystem(linux, "/dev/vda1", "ext4")      loadModule("virtio_blk")
  switchRoot(linux, "/root")     executeInit(linux, "/sbin/init")
Commands:
  .devices    block devices and what is on them      .mounts    what is mounted where
  .modules    modules that were loaded or are missing   .log    what was said so far
  .report     the boot report as JSON                .dmesg     what the kernel said
  .sh         a shell, where the image has one       .resume    go on with the boot
  .reboot     .poweroff
The root is expected at /root: mount it there by hand, and .resume takes it as it is.
`;

function commands(boot: Boot): readonly ReplCommand[] {
  const { linux, recorder } = boot;
  return [
    {
      name: "devices",
      help: "block devices and what is on them",
      run: async () => {
        const devices = await blockDevices.listBlockDevices(linux);
        return { text: devices.map(blockDevices.describeBlockDevice).join("\n") };
      },
    },
    {
      name: "mounts",
      help: "what is mounted where",
      run: async () => ({ text: safeText(linux.readText("/proc/self/mounts")) }),
    },
    {
      name: "modules",
      help: "modules that were loaded or are missing",
      run: async () => ({ text: describeModules(boot) }),
    },
    {
      name: "log",
      help: "what was said so far",
      run: async () => ({ text: describeLog(boot) }),
    },
    {
      name: "dmesg",
      help: "what the kernel said",
      run: async () => ({
        text: [...kernelModules.kernelMessages(linux)].map(printable).join("\n"),
      }),
    },
    {
      name: "report",
      help: "the boot report as JSON",
      run: async () => ({ text: safeText(JSON.stringify(recorder.report(), undefined, 2)) }),
    },
    { name: "sh", help: "a shell, where the image has one", run: () => runShell(boot) },
    {
      name: "reboot",
      help: "restart the machine",
      run: async () => end(boot, RebootCommand.Restart),
    },
    { name: "poweroff", help: "switch it off", run: async () => end(boot, RebootCommand.PowerOff) },
  ];
}

function describeLog({ log }: Boot): string {
  return log.lines
    .map(({ time, level, text }) => `${(time / 1000).toFixed(3)} ${level}: ${text}`)
    .join("\n");
}

function describeModules({ modules }: Boot): string {
  if (modules === undefined) return "the image has no modules for this kernel";
  const done = modules.loader.reports.map(
    ({ name, outcome, milliseconds }) => `${name}: ${outcome} (${milliseconds.toFixed(1)} ms)`,
  );
  const missing = modules.unanswered.map(
    ({ modalias, device }) => `no driver for ${printable(device)} (${printable(modalias)})`,
  );
  return [...done, ...missing].join("\n");
}

const shells = ["/bin/sh", "/bin/busybox", "/bin/bash"];

async function runShell({ linux }: Boot): Promise<ReplAnswer> {
  const shell = shells.find((path) => exists(linux, path));
  if (shell === undefined) return { text: "the image has no shell" };
  const child = await linux.spawn({
    path: shell,
    arguments: shell.endsWith("busybox") ? ["sh"] : [],
    environment: { HOME: "/", TERM: "linux", PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
    streams: "inherit",
  });
  await child.exited;
  // A shell that was killed leaves the terminal to itself: then this process could not read it.
  leaveTerminal(linux);
  takeTerminal(linux);
  return {};
}

function exists(linux: Pick<Linux, "stat">, path: string): boolean {
  try {
    linux.stat(path);
    return true;
  } catch {
    return false;
  }
}

function end({ linux, recorder }: Boot, command: number): ReplAnswer {
  writeBootReport(linux, recorder.report());
  linux.sync();
  linux.reboot(command);
  return {};
}
