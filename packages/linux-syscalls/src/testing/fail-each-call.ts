import { type CallName, manualErrors } from "./call-table.ts";
import { errorCode } from "../syscall-error.ts";
import type { Ending } from "./ending.ts";
import type { Failure } from "./failure.ts";
import { type SimulatedLinux, simulateLinux } from "./simulate-linux.ts";
import type { SimulationOptions } from "./simulation-options.ts";

/** A call that a scenario makes, and the errors that it can give. */
export interface CallSite {
  /** Its number among all calls of the scenario, from 0 on. */
  readonly index: number;
  readonly call: CallName;
  /** The call as text: `mount /dev/vda /root ext4 1`. */
  readonly text: string;
  /** The names of the errors that its manual page lists. */
  readonly errors: readonly string[];
}

/** What a scenario is played on: a description, or what makes one anew for each time. */
export type Scenery = SimulationOptions | (() => SimulationOptions);

/** What is played. */
export type Scenario<T> = (linux: SimulatedLinux) => T | Promise<T>;

/** How a scenario came to its end. */
export type Outcome<T> =
  | { readonly kind: "returned"; readonly value: T }
  | { readonly kind: "threw"; readonly error: unknown }
  /** It became another program, or stopped the machine. */
  | { readonly kind: "ended"; readonly ending: Ending }
  /** It waits for what cannot come any more. */
  | { readonly kind: "stuck" };

/** One time that a scenario was played with a call failing. */
export interface FailedCall<T> {
  readonly site: CallSite;
  /** The error that the call gave. */
  readonly error: string;
  readonly outcome: Outcome<T>;
  /** The machine as it was left. */
  readonly linux: SimulatedLinux;
}

/** Plays a scenario to its end on a machine of its own. */
export async function play<T>(
  scenery: Scenery,
  scenario: Scenario<T>,
  failures: readonly Failure[] = [],
): Promise<{ readonly linux: SimulatedLinux; readonly outcome: Outcome<T> }> {
  const options = typeof scenery === "function" ? scenery() : scenery;
  const linux = simulateLinux({ ...options, failures: [...(options.failures ?? []), ...failures] });
  const outcome = await Promise.race([follow(linux, scenario), endOf(linux), stuckIn(linux)]);
  return { linux, outcome };
}

async function follow<T>(linux: SimulatedLinux, scenario: Scenario<T>): Promise<Outcome<T>> {
  try {
    return { kind: "returned", value: await scenario(linux) };
  } catch (error) {
    return errorCode(error) === "SIMULATION_ENDED" ? endOf(linux) : { kind: "threw", error };
  }
}

async function endOf(linux: SimulatedLinux): Promise<Outcome<never>> {
  return { kind: "ended", ending: await linux.ended };
}

async function stuckIn(linux: SimulatedLinux): Promise<Outcome<never>> {
  await linux.stuck;
  return { kind: "stuck" };
}

/** The calls that a scenario makes when none is made to fail, without those that cannot fail. */
export async function callSites<T>(
  scenery: Scenery,
  scenario: Scenario<T>,
): Promise<readonly CallSite[]> {
  const { linux } = await play(scenery, scenario);
  return linux.trace
    .map(({ index, call, text }) => ({ index, call, text, errors: manualErrors(call) }))
    .filter(({ errors }) => errors.length > 0);
}

/** Which calls {@link failEachCall} lets fail, and how. */
export interface FailEachOptions {
  /** The errors to try at a call; default: all that its manual page lists. */
  readonly errors?: (site: CallSite) => readonly string[];
  /** Whether a call is to fail at all; default: each is. */
  readonly sites?: (site: CallSite) => boolean;
}

/**
 * Plays a scenario again and again, each time with another of its calls failing with another of its
 * errors, and has `check` look at what came of it. What `check` throws is told with the call and the
 * error. Gives how often the scenario was played.
 */
export async function failEachCall<T>(
  scenery: Scenery,
  scenario: Scenario<T>,
  check: (failed: FailedCall<T>) => void | Promise<void>,
  { errors = (site) => site.errors, sites = () => true }: FailEachOptions = {},
): Promise<number> {
  let played = 0;
  for (const site of (await callSites(scenery, scenario)).filter(sites)) {
    for (const error of errors(site)) {
      const failure = { index: site.index, error };
      const { linux, outcome } = await play(scenery, scenario, [failure]);
      await explain(site, error, () => check({ site, error, outcome, linux }));
      played += 1;
    }
  }
  return played;
}

async function explain(
  { index, text }: CallSite,
  error: string,
  check: () => void | Promise<void>,
): Promise<void> {
  try {
    await check();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`when call ${index}, ${text}, fails with ${error}: ${reason}`, { cause });
  }
}
