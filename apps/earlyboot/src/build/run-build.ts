import type { Architecture, Compression } from "@earlyboot/initrd-image";
import { errorCode } from "@earlyboot/linux-syscalls";
import { CommandError, errorText } from "../command-error.ts";
import { checkConfig } from "../config/check-config.ts";
import type { EarlybootConfig } from "../config/earlyboot-config.ts";
import { loadConfig } from "../config/load-config.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { checkForBooting } from "../doctor/check-machine.ts";
import { hostArchitecture } from "../qemu/qemu-arguments.ts";
import { missingCheckers } from "./checker-programs.ts";
import { buildInitrd, type BuiltInitrd, type InitrdRequest } from "./build-initrd.ts";
import { formatBuild } from "./format-build.ts";
import { requestFor } from "./request-for.ts";
import { showProgress } from "./show-progress.ts";

/** What `earlyboot build` is asked for; it wins over the configuration. */
export interface BuildCommandOptions {
  readonly output?: string;
  readonly kernel?: string;
  readonly architecture?: Architecture;
  readonly for?: string;
  readonly config?: string;
  readonly compression?: Compression;
  readonly json?: boolean;
}

/** Builds an image as the configuration and the options say. */
export async function runBuild(options: BuildCommandOptions, terminal: Terminal): Promise<number> {
  const config = await configFor(options);
  const request = requestFor(config, options.for);
  const here = options.for === undefined && request.architecture === hostArchitecture();
  const compression = config.compression ?? "zstd";
  const progress = options.json ? undefined : showProgress(terminal);
  const output = config.output ?? `earlyboot-${request.kernelVersion}.img`;
  const built = await buildInitrd(request, {
    output,
    compression,
    ...(config.level === undefined ? {} : { level: config.level }),
    ...(progress === undefined ? {} : { onProgress: progress.show }),
  })
    .catch((error: unknown) => {
      throw explained(error, output);
    })
    .finally(() => progress?.end());
  const warnings = [
    ...built.warnings,
    ...(here ? bootWarnings(request, built) : []),
    ...checkerWarnings(request),
  ];
  for (const warning of warnings) terminal.complain(terminal.style.yellow(`warning: ${warning}`));
  const lines = options.json
    ? [JSON.stringify({ ...built, warnings }, undefined, 2)]
    : formatBuild(built, terminal);
  for (const line of lines) terminal.line(line);
  return 0;
}

/** An error of the system's says neither what was being done nor what is left. */
function explained(error: unknown, output: string): unknown {
  if (!(error instanceof Object && "syscall" in error)) return error;
  const text = `The image ${output} is not built: ${errorText(error)}. ${advice[errorCode(error) ?? ""] ?? "Is the place one for files?"} What was there is as it was.`;
  return new CommandError(text, { cause: error });
}

const advice: Readonly<Record<string, string>> = {
  EACCES: "Name a place that you may write to by -o FILE, or be root.",
  EDQUOT: "Make room, or name another place by -o FILE.",
  ENOSPC: "Make room, or name another place by -o FILE.",
  EPERM: "Name a place that you may write to by -o FILE, or be root.",
  EROFS: "Name a place that can be written by -o FILE.",
};

/** What would keep this machine from booting the image: said before the reboot. */
function bootWarnings(request: InitrdRequest, { compression, modules }: BuiltInitrd): string[] {
  return checkForBooting(request, compression, { held: new Set(modules) })
    .filter(({ level }) => level !== "ok")
    .map(({ subject, text }) => `${subject}: ${text}`);
}

/** Which checkers of another type of machine are missing where its files are. */
function checkerWarnings({ sysroot, architecture, fileSystems }: InitrdRequest): string[] {
  if (sysroot === undefined) return [];
  const missing = missingCheckers(fileSystems, sysroot);
  if (missing.length === 0) return [];
  return [
    `checkers: ${missing.join(", ")} for ${architecture} are not below ${sysroot}, and what they check will not be ` +
      "checked: name a system that has them by --for.",
  ];
}

/** The configuration that is found, with what the options say instead. */
export async function configFor(options: BuildCommandOptions): Promise<EarlybootConfig> {
  const { output, kernel, architecture, compression } = options;
  const given = Object.entries({ output, kernel, architecture, compression }).filter(
    ([, value]) => value !== undefined,
  );
  const config = await loadConfig(options.config);
  return checkConfig({ ...config, ...Object.fromEntries(given) }, "What the options say");
}
