import { DeclarationError } from "./declaration-error.ts";
import { fileSystem, type FileSystem } from "./file-system.ts";
import { defaultStore } from "./neededness.ts";

/** A file or directory of a host that a guest sees. */
export interface Mapping {
  /** Its absolute path on the host. */
  readonly source: string;
  /** Its absolute path in the guest. */
  readonly target: string;
  readonly writable: boolean;
}

/**
 * Reads `SOURCE`, which the guest sees at the same place, or `SOURCE=TARGET`.
 *
 * @throws DeclarationError when one of them is no absolute path.
 */
export function parseMapping(
  text: string,
  { writable = false }: { readonly writable?: boolean } = {},
): Mapping {
  const equals = text.indexOf("=");
  const source = equals < 0 ? text : text.slice(0, equals);
  const target = equals < 0 ? text : text.slice(equals + 1);
  if (source.startsWith("/") && target.startsWith("/")) return { source, target, writable };
  const expected = "SOURCE or SOURCE=TARGET, both absolute paths";
  throw new DeclarationError({ field: "mapping", value: text, expected });
}

/** Declares the bind mount that makes a mapping: read-only, unless the mapping is writable. */
export function mappingToBindMount({ source, target, writable }: Mapping): FileSystem {
  return fileSystem({
    device: { path: source },
    mountPoint: target,
    type: "none",
    flags: writable ? ["bind-mount"] : ["bind-mount", "read-only"],
    check: false,
    createMountPoint: true,
  });
}

/** Maps the store to the same place, read-only. */
export function storeMapping(store: string = defaultStore): Mapping {
  return { source: store, target: store, writable: false };
}

/** The files that a guest needs to use the network of its host. */
export const networkConfigurationFiles: readonly string[] = [
  "/etc/resolv.conf",
  "/etc/nsswitch.conf",
  "/etc/services",
  "/etc/hosts",
  "/etc/protocols",
];

/** Maps these files to the same place. Only `/etc/resolv.conf` is writable: networks change. */
export const networkFileMappings: readonly Mapping[] = [
  { source: "/etc/resolv.conf", target: "/etc/resolv.conf", writable: true },
  { source: "/etc/nsswitch.conf", target: "/etc/nsswitch.conf", writable: false },
  { source: "/etc/services", target: "/etc/services", writable: false },
  { source: "/etc/hosts", target: "/etc/hosts", writable: false },
  { source: "/etc/protocols", target: "/etc/protocols", writable: false },
];
