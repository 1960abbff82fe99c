import type { BareCore } from "./core.ts";

/** What a program sees of Bare as it comes, as far as it is used. */
declare const Bare: {
  readonly argv: readonly string[];
  readonly versions: BareCore["versions"];
  readonly Addon: { load(url: unknown): { readonly exports: unknown } };
};
declare const URL: new (text: string) => object;

/** The directory and the empty directory of `make-cache.ts`, the path of ffi-rs, and the native parts of Bare. */
const [, , directory = "", , ffiRs = "", ...parts] = Bare.argv;

/** Where the files of an image are while this package is built. */
const places: Readonly<Record<string, string>> = {
  "/lib/earlyboot/bare-fs.bare": `${directory}/bare-fs-x64.bare`,
  "/lib/earlyboot/ffi-rs.node": ffiRs,
};

const urls = new Map<object, string>();

// What stands for the native core, which Bare shows to its own first script alone.
Object.assign(globalThis, {
  bare: {
    argv: Bare.argv,
    versions: Bare.versions,
    arch: "x64",
    pid: 1,
    getStaticAddons: () => parts,
    loadStaticAddon: (holder, name) => void urls.set(holder, `builtin:${name}`),
    loadDynamicAddon: (holder, path) => void urls.set(holder, `file://${places[path] ?? path}`),
    initAddon: (holder) => Bare.Addon.load(new URL(urls.get(holder) ?? "")).exports,
    load: () => undefined,
    onuncaughtexception: () => undefined,
    onunhandledrejection: () => undefined,
    onbeforeexit: () => undefined,
    onexit: () => undefined,
  } satisfies BareCore,
});

/** As much of Node's as the simulated machine uses: a message comes a turn of the event loop later. */
class MessageChannel {
  readonly port1 = {
    once: (_event: string, listener: () => void) => void setImmediate(listener),
    close: () => undefined,
  };
  readonly port2 = { postMessage: () => undefined };
}

Object.assign(globalThis, { MessageChannel });
