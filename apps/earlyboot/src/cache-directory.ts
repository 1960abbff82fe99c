import { homedir } from "node:os";
import { join } from "node:path";

/** Where what can be made again is kept; see the XDG Base Directory Specification. */
export function cacheDirectory(): string {
  return join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "earlyboot");
}
