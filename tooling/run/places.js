import { homedir } from "node:os";
import { fileURLToPath } from "node:url";

/** The clone. */
export const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/** Where kernels and tools are kept between runs and clones. */
export const cache = `${process.env.XDG_CACHE_HOME || `${homedir()}/.cache`}/earlyboot`;

/**
 * The environment of everything that is run: the clone's own Node and tools first, then the places
 * of system programs, which an ordinary user's PATH lacks on Debian. Jest needs the flag for ES
 * modules, as do the Node processes that tests start.
 */
export const environment = {
  ...process.env,
  PATH: `${root}/node_modules/.bin:${process.env.PATH}:/usr/local/sbin:/usr/sbin:/sbin`,
  NODE_OPTIONS: "--experimental-vm-modules --disable-warning=ExperimentalWarning",
  TURBO_TELEMETRY_DISABLED: "1",
  LC_ALL: "C.UTF-8",
};
