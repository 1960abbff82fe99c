import type { MicrocodeChoice } from "../build/find-microcode.ts";
import type { Architecture, Compression, Host, IntlChoice } from "@earlyboot/initrd-image";
import type { BootConfiguration } from "@earlyboot/initrd-init";

/** What `earlyboot.config.ts` says. Everything has a default that boots the machine that it runs on. */
export interface EarlybootConfig extends Pick<
  BootConfiguration,
  | "fileSystems"
  | "init"
  | "load"
  | "log"
  | "network"
  | "onFailure"
  | "repl"
  | "root"
  | "runtimeInNewRoot"
  | "timeout"
  | "volatile"
> {
  /**
   * The type of the machine that the image is for; default: this one's. For another one the modules are `generic`, and
   * libraries and checkers come from the system that the image is for (`--for`).
   */
  readonly architecture?: Architecture;
  /**
   * The JavaScript host that runs the boot program. `bare` makes a smaller image, which starts sooner and needs
   * less memory; what needs Node itself it does not have: `runtimeInNewRoot`, and `node:` modules in hooks and boot
   * programs. Default `node`.
   */
  readonly host?: Host;
  /**
   * The languages that the host knows in the image: English only (`small`), or all (`full`), which makes an image larger
   * by a quarter. It is for hooks and boot programs that show text in other languages by `Intl`, cut words of
   * languages without spaces, or read encodings of more than one byte but UTF-8 and UTF-16. Default `small`.
   */
  readonly intl?: IntlChoice;
  /** The version of the kernel, as `uname -r` prints it; default: the running one's. */
  readonly kernel?: string;
  /**
   * The modules of the image: `auto` takes what this machine has loaded or has hardware for, `generic` all for
   * disks, file systems, USB and keyboards; a list is also loaded in its order. Default `auto`.
   */
  readonly modules?: "auto" | "generic" | readonly string[];
  /** Modules never to load because hardware asks for them. */
  readonly blacklist?: readonly string[];
  /**
   * A module, in JavaScript or TypeScript, that exports `before` and `after`: functions by the names of the stages
   * before or after which they run. It is bundled with all that it imports.
   */
  readonly hooks?: string;
  /** Programs of this machine to take along, with their libraries: `/usr/bin/strace`. */
  readonly programs?: readonly string[];
  /** Further files: a path on this machine, or a path in the image and where it comes from. */
  readonly files?: readonly (
    | string
    | { readonly from: string; readonly to: string; readonly mode?: number }
  )[];
  /**
   * Microcode of x86 processors that is installed here: for this machine's (`auto`), `all`, or `none`. Default
   * `auto` where `modules` is, otherwise `none`.
   */
  readonly microcode?: MicrocodeChoice;
  /** ACPI tables for the kernel to take instead of the firmware's. */
  readonly acpiTables?: readonly string[];
  /** Default `zstd`. */
  readonly compression?: Compression;
  /** How hard to compress; default the compression's own. */
  readonly level?: number;
  /** The file to write; default `earlyboot-VERSION.img`. */
  readonly output?: string;
}

/** Gives its argument: for editors, which then know the fields of a configuration. */
export function defineConfig(config: EarlybootConfig): EarlybootConfig {
  return config;
}
