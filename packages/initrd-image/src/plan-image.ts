import { existsSync, lstatSync, readFileSync, readdirSync, readlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { errorCode } from "@earlyboot/linux-syscalls";
import { elfDependencies } from "./elf-dependencies.ts";
import { ImageError } from "./image-error.ts";
import type {
  Architecture,
  EarlyFile,
  ExtraFile,
  ExtraText,
  ImageOptions,
  ImagePlan,
  IntlChoice,
  PlannedEntry,
  PlannedSource,
  ProgramOptions,
} from "./plan.ts";
import { planModules } from "./plan-modules.ts";
import { findRuntime } from "./runtime-files.ts";
import { withSmallIntl } from "./small-intl.ts";

const bootProgram = "/lib/earlyboot/init.cjs";
const starterProgram = "/lib/earlyboot/start.cjs";
/** As many threads for V8 as the machine has processors for. */
const usualFlags = ["--no-warnings", "--v8-pool-size=0"];
const licenceDirectory = "/usr/share/licenses/earlyboot";

/** What the boot program sees as its environment; nothing that the kernel made from its command line. */
const environment = {
  HOME: "/",
  PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
  TERM: "linux",
  // Modules load and devices are read side by side; each takes a thread of this pool meanwhile.
  UV_THREADPOOL_SIZE: "16",
};

/**
 * Decides on everything that an image will hold, without writing anything: the boot program and its runtime with
 * all shared libraries, modules with what they need, programs, files, and the directories above all of them.
 *
 * @throws ImageError something that was asked for is not there, or is not what it should be.
 */
export function planImage(options: ImageOptions): ImagePlan {
  const architecture = options.architecture ?? thisArchitecture();
  const modules = options.modules && planModules(options.modules, architecture);
  const runtime = planRuntime(architecture, options);
  const entries = [
    ...planNodes(),
    ...runtime.entries,
    ...planTexts(options),
    ...(modules?.entries ?? []),
    ...(options.programs ?? []).flatMap((program) => planProgram(program, options.sysroot)),
    ...(options.files ?? []).flatMap((file) => ("text" in file ? planText(file) : planExtra(file))),
  ];
  return {
    architecture,
    ...(options.modules === undefined ? {} : { kernelVersion: options.modules.version }),
    early: withDirectories((options.early ?? []).map(planEarly)),
    entries: withDirectories(entries),
    modified: options.modified ?? 0,
    warnings: [...runtime.warnings, ...(modules?.warnings ?? [])],
  };
}

function thisArchitecture(): Architecture {
  if (process.arch === "x64" || process.arch === "arm64") return process.arch;
  throw new ImageError("bad-option", `there is no runtime for ${process.arch}: say x64 or arm64`);
}

/** Node aborts without `/dev/null`, and PID 1 has no standard streams without `/dev/console`. */
function planNodes(): readonly PlannedEntry[] {
  const directories = ["/dev", "/proc", "/root", "/run", "/sys"];
  return [
    ...directories.map((path) => directory(path, "where the boot program mounts file systems")),
    node("/dev/console", 0o600, 5, 1, "the standard streams of the first program"),
    node("/dev/null", 0o666, 1, 3, "Node opens it before anything is mounted"),
  ];
}

function directory(path: string, reason: string): PlannedEntry {
  return { path, kind: "directory", mode: 0o755, reason };
}

function node(
  path: string,
  mode: number,
  major: number,
  minor: number,
  reason: string,
): PlannedEntry {
  return { path, kind: "character", mode, device: { major, minor }, reason };
}

function planRuntime(
  architecture: Architecture,
  options: ImageOptions,
): Pick<ImagePlan, "entries" | "warnings"> {
  const { runtime = {}, sysroot } = options;
  const { host, addon, licences } = findRuntime(architecture, runtime);
  const addonPath = "/lib/earlyboot/ffi-rs.node";
  const { path, words, entries, warnings } =
    runtime.host === "bare" ? planBare(host, options) : planNode(host, options);
  const launcher = { kind: "launcher", architecture, words, environment } as const;
  const planned: readonly PlannedEntry[] = [
    {
      path: "/init",
      kind: "file",
      mode: 0o755,
      reason: "what the kernel starts",
      source: launcher,
    },
    ...entries,
    copy(addonPath, addon, 0o644, "system calls for the boot program"),
    ...licences.map(([name, file]) =>
      copy(`${licenceDirectory}/${name}`, file, 0o644, "the licence of what comes along"),
    ),
    ...planLibraries(host, path, sysroot),
    ...planLibraries(addon, addonPath, sysroot),
  ];
  return { entries: planned, warnings };
}

/** The host's executable, how it is started, and what it runs. */
interface PlannedHost {
  readonly path: string;
  readonly words: readonly string[];
  readonly entries: readonly PlannedEntry[];
  readonly warnings: readonly string[];
}

function planNode(file: string, { bundle, starter, runtime }: ImageOptions): PlannedHost {
  const path = "/bin/node";
  const program = starter === undefined ? bootProgram : starterProgram;
  const { intl, warnings } = chooseIntl(file, runtime?.intl);
  const kind = intl === "small" ? "small-node" : "stripped";
  return {
    path,
    words: [path, ...(runtime?.flags ?? usualFlags), program],
    entries: [
      executable(path, "runs the boot program", { kind, file }),
      copy(bootProgram, bundle, 0o644, "the boot program"),
      ...(starter === undefined
        ? []
        : [copy(starterProgram, starter, 0o644, "starts the boot program")]),
    ],
    warnings,
  };
}

/** A host of which nothing can be left out comes along whole. */
function chooseIntl(
  file: string,
  intl: IntlChoice = "small",
): { readonly intl: IntlChoice; readonly warnings: readonly string[] } {
  if (intl === "full") return { intl, warnings: [] };
  try {
    withSmallIntl(file);
    return { intl, warnings: [] };
  } catch (error) {
    const code = errorCode(error);
    if ((code !== "bad-icu" && code !== "bad-elf") || !(error instanceof Error)) throw error;
    const warning = `${basename(file)} comes along with all its languages (intl: "full" says so): ${error.message}`;
    return { intl: "full", warnings: [warning] };
  }
}

function planBare(file: string, { bundle, later, runtime }: ImageOptions): PlannedHost {
  const path = "/bin/bare";
  const { intl, warnings } = chooseIntl(file, runtime?.intl);
  const source = { kind: "bare", file, script: bundle, later, intl } as const;
  const entries = [executable(path, "is the boot program", source)];
  return { path, words: [path], entries, warnings };
}

function executable(path: string, reason: string, source: PlannedSource): PlannedEntry {
  return { path, kind: "file", mode: 0o755, reason, source };
}

function copy(path: string, file: string, mode: number, reason: string): PlannedEntry {
  if (!existsSync(file))
    throw new ImageError("source-missing", `${file}, for ${path}, is not there`);
  return { path, kind: "file", mode, reason, source: { kind: "file", file } };
}

/** Libraries at the paths where the loader looks; a second path of the same file is a link to the first. */
function planLibraries(
  file: string,
  path: string,
  sysroot: string | undefined,
): readonly PlannedEntry[] {
  const found = elfDependencies(file, { path, ...(sysroot === undefined ? {} : { sysroot }) });
  return found.map((library): PlannedEntry => {
    const reason = `library for ${library.neededBy}`;
    const first = found.find((other) => other.file === library.file) ?? library;
    return first === library
      ? copy(library.path, library.file, 0o755, reason)
      : { path: library.path, kind: "link", mode: 0o777, target: first.path, reason };
  });
}

function planTexts({ configuration, release = {} }: ImageOptions): readonly PlannedEntry[] {
  const lines = Object.entries({ NAME: "earlyboot", ID: "earlyboot", ...release });
  return [
    text("/etc/earlyboot.json", `${JSON.stringify(configuration, null, 2)}\n`, "the configuration"),
    text(
      "/etc/initrd-release",
      lines.map(([name, value]) => `${name}=${quoted(value)}\n`).join(""),
      "tells other programs that this is an initial RAM disk",
    ),
  ];
}

function text(path: string, content: string, reason: string): PlannedEntry {
  return { path, kind: "file", mode: 0o644, reason, source: { kind: "text", text: content } };
}

/** As os-release(5) wants it. */
function quoted(value: string): string {
  return /^[\w.-]+$/.test(value) ? value : `"${value.replace(/["\\$`]/g, "\\$&")}"`;
}

/** A program with its libraries; of a script, also the program that its first line names. */
function planProgram(
  program: ProgramOptions,
  sysroot: string | undefined,
): readonly PlannedEntry[] {
  const { file, path = file, reason = "asked for" } = program;
  return [
    copy(path, file, 0o755, reason),
    ...planLibraries(file, path, sysroot),
    ...scriptPrograms(file, path, sysroot).flatMap((needed) =>
      planProgram(
        { file: join(sysroot ?? "/", needed), path: needed, reason: `runs ${path}` },
        sysroot,
      ),
    ),
  ];
}

/** The program that a script's first line names, and of env(1) also the one that it is to find. */
function scriptPrograms(
  file: string,
  path: string,
  sysroot: string | undefined,
): readonly string[] {
  const line = readFileSync(file).subarray(0, 256).toString("latin1");
  const [, interpreter, rest = ""] = /^#![ \t]*(\/\S+)(.*)/.exec(line) ?? [];
  if (interpreter === undefined) return [];
  const name = rest.split(/\s+/).find((word) => /^[^-=][^=]*$/.test(word));
  if (basename(interpreter) !== "env" || name === undefined) return [interpreter];
  const places = environment.PATH.split(":").map((below) => join(below, name));
  const found = places.find((place) => existsSync(join(sysroot ?? "/", place)));
  if (found !== undefined) return [interpreter, found];
  throw new ImageError(
    "source-missing",
    `${path} is run by ${name}, which is in none of ${environment.PATH.replaceAll(":", ", ")}`,
  );
}

function planText({ path, text: content, mode = 0o644 }: ExtraText): PlannedEntry {
  return { ...text(path, content, "asked for"), mode };
}

/** A file, or everything below a directory; links stay links, permissions become the same for everybody. */
function planExtra({ file, path = file, mode }: ExtraFile): readonly PlannedEntry[] {
  const status = lstatSync(file, { throwIfNoEntry: false });
  if (status === undefined)
    throw new ImageError("source-missing", `${file}, for ${path}, is not there`);
  const reason = "asked for";
  if (status.isSymbolicLink()) {
    return [{ path, kind: "link", mode: 0o777, target: readlinkSync(file), reason }];
  }
  if (status.isDirectory()) {
    const below = readdirSync(file).toSorted();
    return [
      { path, kind: "directory", mode: mode ?? 0o755, reason },
      ...below.flatMap((name) => planExtra({ file: join(file, name), path: join(path, name) })),
    ];
  }
  const forEverybody = (status.mode & 0o100) === 0 ? 0o644 : 0o755;
  return [copy(path, file, mode ?? forEverybody, reason)];
}

function planEarly({ path, files }: EarlyFile): PlannedEntry {
  const missing = files.find((file) => !existsSync(file));
  if (missing !== undefined) {
    throw new ImageError("source-missing", `${missing}, for ${path}, is not there`);
  }
  const reason = "the kernel reads it before it unpacks the rest";
  return { path, kind: "file", mode: 0o644, reason, source: { kind: "joined", files } };
}

/** Sorted by path, the directories above everything added; of two entries for a path the later one counts. */
function withDirectories(entries: readonly PlannedEntry[]): readonly PlannedEntry[] {
  const byPath = new Map<string, PlannedEntry>();
  for (const entry of entries) {
    const path = cleanPath(entry.path);
    for (let above = dirname(path); above !== "/"; above = dirname(above)) {
      if (!byPath.has(above)) byPath.set(above, directory(above, `holds ${path}`));
    }
    byPath.set(path, { ...entry, path });
  }
  return [...byPath.values()].toSorted((one, other) => (one.path < other.path ? -1 : 1));
}

function cleanPath(path: string): string {
  if (path.startsWith("/") && path !== "/") return join(path).replace(/\/$/, "");
  throw new ImageError("bad-option", `${path} is not an absolute path of a file in the image`);
}
