import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { Manifest } from "./workspace.ts";

/** A package as a registry gives it away. */
export interface Packed {
  readonly manifest: Manifest;
  /** Where its files are, as they are in the tarball. */
  readonly directory: string;
  readonly tarball: string;
}

/** A registry of npm packages on the loopback interface. */
export interface Registry {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves `packed`, and nothing else: a package that was forgotten is not found. */
export async function openRegistry(packed: readonly Packed[]): Promise<Registry> {
  const byName = new Map(packed.map((each) => [each.manifest.name, each]));
  const server = createServer(({ url = "/" }, response) => {
    const [name = "", file] = decodeURIComponent(url).slice(1).split("/-/");
    const each = byName.get(name);
    if (each === undefined) response.writeHead(404).end("{}");
    else if (file === undefined) response.end(describe(each, origin(server)));
    else response.end(readFileSync(each.tarball));
  });
  server.unref();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: origin(server), close: () => closeServer(server) };
}

function describe({ manifest, tarball }: Packed, registry: string): string {
  const { name, version } = manifest;
  const integrity = `sha512-${createHash("sha512").update(readFileSync(tarball)).digest("base64")}`;
  const dist = { integrity, tarball: `${registry}${name}/-/package.tgz` };
  return JSON.stringify({
    name,
    "dist-tags": { latest: version },
    versions: { [version]: { ...manifest, dist } },
  });
}

function origin(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the registry has no port");
  return `http://127.0.0.1:${address.port}/`;
}

function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => void server.close(() => resolve()));
}
