import type { ReplConfiguration } from "./boot-configuration.ts";
import type { BootUi } from "./boot-ui.ts";

/** How often a password may be tried. */
const tries = 3;

/** What came of asking: `given-up` where nobody finished typing, `refused` after the last wrong password. */
export type ReplAccess = "granted" | "given-up" | "refused";

/**
 * Says whether the person at the console may use the REPL: everybody where it is open, nobody where it is
 * off, otherwise who knows the password, in three tries. What was typed is wiped.
 */
export async function askForRepl(
  ui: Pick<BootUi, "readSecret" | "passwordFits" | "write">,
  { access, hash = "" }: ReplConfiguration,
): Promise<ReplAccess> {
  if (access !== "password") return access === "open" ? "granted" : "refused";
  for (let left = tries; left > 0; left--) {
    const password = await ui.readSecret("Password for the REPL: ");
    if (password === undefined) return "given-up";
    const fits = await ui.passwordFits(password, hash);
    password.fill(0);
    if (fits) return "granted";
    ui.write(left > 1 ? "Wrong. Try again.\n" : "Wrong.\n");
  }
  return "refused";
}
