import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Where the console of a test's guest is kept; the next run of the same test replaces it.
 *
 * @param {string} test the full name of the test
 */
export function consoleLog(test) {
  const name = test.replaceAll(/\W+/g, "-").slice(0, 120);
  return join(tmpdir(), "earlyboot-consoles", `${name}.log`);
}
