import type { FileSystemSpec } from "@earlyboot/mount-spec";

/** The stages before which `earlyboot.break=` can stop, in their order. */
export const breakPoints = ["modules", "network", "devices", "check", "mount", "switch"] as const;

/** A stage before which the boot can stop for the REPL. */
export type BreakPoint = (typeof breakPoints)[number];

/** What the failure policy can do, as `earlyboot.onfailure=` names it. */
export const failureActions = ["repl", "reboot", "poweroff", "halt", "panic"] as const;

/** One thing that the failure policy can do. */
export type FailureAction = (typeof failureActions)[number];

/** The levels of `earlyboot.log=`, from the fewest lines to the most. */
export const logLevels = ["error", "warning", "info", "debug"] as const;

/** How much is logged. */
export type LogLevel = (typeof logLevels)[number];

/** A root file system that every change of which is lost at power-off. */
export interface VolatileConfiguration {
  /** Size of the writable layer as tmpfs(5) takes it: `"512m"`, `"25%"`; default `"50%"`. */
  readonly size?: string;
  /** Most files in the writable layer, as tmpfs(5) takes it; default the kernel's. */
  readonly inodes?: string;
  /** Path in the image of a FUSE union program, for kernels without overlay. */
  readonly unionProgram?: string;
}

/** The root file system that the image was built for; the command line wins. */
export interface RootConfiguration {
  /** As `root=` takes it: `"LABEL=root"`, `"/dev/sda1"`. */
  readonly device: string;
  /** The type, or types to try in order, separated by commas; default what the superblock says. */
  readonly type?: string;
  /** Mount options, separated by commas. */
  readonly options?: string;
  /** Check it before it is mounted; default true. */
  readonly check?: boolean;
  /** Check it even when its superblock says that it is clean; default false. */
  readonly checkIfClean?: boolean;
  /** How far the checker may go; default `"preen"`. */
  readonly repair?: "preen" | boolean;
}

/** Who may use the REPL. */
export interface ReplConfiguration {
  /** `open` to everybody at the console, for whoever knows the `password`, or `off`. */
  readonly access: "open" | "password" | "off";
  /** `scrypt:N:R:P:SALT:KEY`, salt and key in base64; for `password`. */
  readonly hash?: string;
  /** Obey `init=` and `earlyboot.load=` of the command line although `access` is not `open`. */
  readonly allowCommandLine?: boolean;
}

/** What an image was built to do: `/etc/earlyboot.json`. Everything has a default. */
export interface BootConfiguration {
  /** The form of this record. */
  readonly version: 1;
  /** The earlyboot that built the image. */
  readonly builder?: string;
  /** The kernel version that the image's modules are of. */
  readonly kernel?: string;
  readonly modules?: {
    /** Modules to load first, in this order. */
    readonly load?: readonly string[];
    /** Load what the hardware asks for; default true. */
    readonly coldplug?: boolean;
    /** Modules never to load because hardware asks for them. */
    readonly blacklist?: readonly string[];
  };
  readonly root?: RootConfiguration;
  /** Further file systems, in the serial form of mount-spec. */
  readonly fileSystems?: readonly FileSystemSpec[];
  /** Make the root volatile. */
  readonly volatile?: boolean | VolatileConfiguration;
  /** Bring up the network of a QEMU guest: an interface's name, or `auto`. */
  readonly network?: { readonly qemu: string };
  readonly repl?: ReplConfiguration;
  /** Default `repl` where everybody may use it and somebody can type, otherwise `reboot`. */
  readonly onFailure?: FailureAction;
  /** Seconds to wait for any device; default 180; 0 is for ever. */
  readonly timeout?: number;
  readonly log?: LogLevel;
  /** The boot program to load in the new root, or the real init to start. */
  readonly load?: string;
  readonly init?: string;
  /** Put earlyboot's packages where a boot program in the new root can import them. */
  readonly runtimeInNewRoot?: boolean;
  /** Path in the image of a module with functions to run before and after stages. */
  readonly hooks?: string;
}

/** The configuration of an image that carries none. */
export const defaultConfiguration: BootConfiguration = { version: 1 };
