import { messageOf } from "./boot-failure.ts";
import { type Boot, warn } from "./boot.ts";

/** A function of the image's owner that runs before or after a stage. */
export type Hook = (boot: Boot) => void | Promise<void>;

/** Hooks by the names of stages. */
export interface Hooks {
  readonly before?: Readonly<Record<string, Hook>>;
  readonly after?: Readonly<Record<string, Hook>>;
}

/**
 * Loads the image's hooks; a module that cannot be loaded is a warning. So is one during whose loading
 * `fatal` rejects, as when it waits for what never comes.
 */
export async function loadHooks(boot: Boot, fatal: () => Promise<never>): Promise<Hooks> {
  const { hooks: path } = boot.configuration;
  if (path === undefined) return {};
  try {
    const module = await Promise.race([boot.ui.importHooks(path), fatal()]);
    return isHooks(module) ? module : {};
  } catch (error) {
    warn(boot, `the hooks in ${path} cannot be loaded: ${messageOf(error)}`);
    return {};
  }
}

function isHooks(module: unknown): module is Hooks {
  return typeof module === "object" && module !== null;
}

/** How long a hook may run before a line says that it does, in milliseconds. */
const patience = 30_000;

/** Runs the hook of a stage, if there is one. A hook that throws fails the stage. */
export async function runHook(
  boot: Boot,
  hooks: Hooks,
  when: "before" | "after",
  stage: string,
): Promise<void> {
  const hook = hooks[when]?.[stage];
  if (hook === undefined) return;
  const ended = new AbortController();
  const words = `the hook ${when} ${stage} has not ended for ${patience / 1000} s`;
  boot.linux.sleep(patience, ended.signal).then(
    () => warn(boot, words),
    () => {},
  );
  try {
    await hook(boot);
  } finally {
    ended.abort();
  }
}
