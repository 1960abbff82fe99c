import type { BlockDeviceDescription } from "./block-device-description.ts";

/** A kernel module of the simulated machine: what its bytes do not say. */
export interface ModuleDescription {
  /** The module's own name, with `_`. */
  readonly name: string;
  /** Modules that have to be live, for their symbols; default: `depends=` of the file's modinfo. */
  readonly depends?: readonly string[];
  /** The parameters that it knows; default: all are taken. An unknown one is ignored, as the kernel does. */
  readonly parameters?: readonly string[];
  /** How long its start takes, in simulated milliseconds; default 0. */
  readonly takes?: number;
  /** The error that loading it gives: `"ENODEV"`, `"EKEYREJECTED"`. */
  readonly failure?: string;
  /** The types of file systems that it brings. */
  readonly fileSystems?: readonly string[];
  /** The block devices that it drives; `appears` counts from the end of its start. */
  readonly devices?: readonly BlockDeviceDescription[];
  /** Anything else that its start does. */
  readonly onLoad?: () => void;
  /** Its file's bytes, where these do not say whose they are: a compressed file. */
  readonly images?: readonly Uint8Array[];
  /** Whether it is there from the start, as a part of the kernel or loaded earlier. */
  readonly loaded?: boolean;
}

/** A module in the kernel. */
export interface LoadedModule {
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /** The names of the modules that use it. */
  readonly users: Set<string>;
  readonly parameters: string;
  state: "coming" | "live";
}
