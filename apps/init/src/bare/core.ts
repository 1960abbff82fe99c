/**
 * What Bare's native part hands to the script that it runs first. Bare's own first script makes the
 * `Bare` object of it, and modules; the boot program stands in that script's place.
 */
export interface BareCore {
  readonly argv: readonly string[];
  readonly arch: string;
  readonly pid: number;
  readonly versions: Readonly<Record<string, string>>;
  /** The native parts of Bare's modules, as `name@version`. */
  getStaticAddons(): readonly string[];
  loadStaticAddon(holder: object, name: string): void;
  loadDynamicAddon(holder: object, path: string): void;
  initAddon(holder: object, exports: object): unknown;
  /** Called once the first script has run, with the bundle that is part of the executable. */
  load(name: string, bundle: ArrayBuffer): unknown;
  onuncaughtexception: (error: unknown) => void;
  onunhandledrejection: (reason: unknown) => void;
  onbeforeexit: () => void;
  onexit: () => void;
}

/** Bare compiles its first script as the body of a function with this parameter. */
declare const bare: BareCore;

/** The native part of Bare. */
export const core: BareCore = bare;

/** Initializes the native part of one of Bare's own modules, which are all in its executable. */
export function nativePart(name: string): unknown {
  const found = core.getStaticAddons().find((addon) => addon.startsWith(`${name}@`));
  if (found === undefined) throw new Error(`this build of Bare has no ${name}`);
  return loadStatic(found);
}

/** The same by the name with the version: `bare-url@2.5.4`. */
export function loadStatic(name: string): unknown {
  const holder = {};
  core.loadStaticAddon(holder, name);
  return core.initAddon(holder, {});
}

/** Loads a native addon from the absolute `path`. */
export function loadAddon(path: string): unknown {
  const holder = {};
  core.loadDynamicAddon(holder, path);
  return core.initAddon(holder, {});
}
