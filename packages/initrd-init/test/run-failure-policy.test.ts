import { describe, expect, it } from "@jest/globals";
import { type FailurePolicy, runFailurePolicy } from "@earlyboot/initrd-init";
import { RebootCommand } from "@earlyboot/linux-syscalls";
import { simulateLinux } from "@earlyboot/linux-syscalls/testing";

/** What a policy did: opened the REPL or ended the machine, and after how many seconds. */
async function play(
  policy: Partial<FailurePolicy>,
  { key, typing = true }: { readonly key?: string; readonly typing?: boolean } = {},
): Promise<string> {
  const linux = simulateLinux();
  const began = linux.now();
  const { promise: outcome, resolve } = Promise.withResolvers<string>();
  const told = (what: string) => resolve(`${what} after ${(linux.now() - began) / 1000} s`);
  const ui = {
    interactive: () => typing,
    write: () => {},
    nextKey: async (signal: AbortSignal) => {
      if (key === undefined) return undefined;
      await linux.sleep(1500, signal);
      return key;
    },
    readSecret: async () => new TextEncoder().encode("a guess"),
    passwordFits: async () => false,
    exit: (): never => {
      // Also called where reboot(2) returns, as it does in a simulation.
      if (!linux.calls.some((call) => call.startsWith("reboot "))) told("panic");
      throw new Error("PID 1 ended");
    },
  };
  const names = new Map<number, string>([
    [RebootCommand.Restart, "reboot"],
    [RebootCommand.PowerOff, "poweroff"],
    [RebootCommand.Halt, "halt"],
  ]);
  const openRepl = async () => told("repl");
  const whole = {
    action: undefined,
    panic: undefined,
    repl: { access: "open" },
    openRepl,
  } as const;
  runFailurePolicy(linux, ui, { ...whole, ...policy }).catch(() => {});
  linux.at(began + 7_200_000, () => {
    told("nothing");
    // Otherwise simulated time would pass for ever.
    expect(() => linux.reboot(RebootCommand.Halt)).toThrow("told to stop");
  });
  const rebooted = async () => {
    const ending = await linux.ended;
    if (ending.kind === "reboot") told(names.get(ending.command) ?? "?");
  };
  void rebooted();
  return outcome;
}

describe("where everybody may use the REPL", () => {
  it.each<[FailurePolicy["action"], number | undefined, string]>([
    [undefined, undefined, "repl after 0 s"],
    [undefined, 0, "repl after 0 s"],
    [undefined, 5, "reboot after 5 s"],
    [undefined, -1, "reboot after 0 s"],
    ["repl", undefined, "repl after 0 s"],
    ["repl", 5, "reboot after 5 s"],
    ["reboot", undefined, "reboot after 10 s"],
    ["reboot", 5, "reboot after 5 s"],
    ["reboot", -1, "reboot after 0 s"],
    ["reboot", 0, "nothing after 7200 s"],
    ["poweroff", undefined, "poweroff after 10 s"],
    ["poweroff", 5, "poweroff after 5 s"],
    ["halt", 5, "halt after 5 s"],
    ["halt", -1, "halt after 0 s"],
    ["panic", 5, "panic after 5 s"],
    ["panic", -1, "panic after 0 s"],
    ["panic", 0, "nothing after 7200 s"],
  ])("earlyboot.onfailure=%s panic=%s: %s", async (action, panic, expected) => {
    expect(await play({ action, panic })).toBe(expected);
  });

  it.each<[FailurePolicy["action"], number]>([
    ["reboot", 5],
    ["poweroff", 5],
    ["panic", 5],
    ["halt", 0],
  ])("a key stops the count-down of %s, panic=%s", async (action, panic) => {
    expect(await play({ action, panic }, { key: " " })).toBe("repl after 1.5 s");
  });
});

describe("where nobody can type", () => {
  it.each<[FailurePolicy["action"], number | undefined, string]>([
    [undefined, undefined, "reboot after 10 s"],
    ["repl", undefined, "reboot after 10 s"],
    ["repl", 0, "nothing after 7200 s"],
    ["poweroff", 5, "poweroff after 5 s"],
  ])("earlyboot.onfailure=%s panic=%s: %s", async (action, panic, expected) => {
    expect(await play({ action, panic }, { typing: false, key: " " })).toBe(expected);
  });
});

describe("where the REPL asks for a password", () => {
  const repl = { access: "password", hash: "" } as const;

  it.each<[FailurePolicy["action"], number | undefined, string | undefined, string]>([
    [undefined, undefined, undefined, "reboot after 10 s"],
    [undefined, 5, " ", "reboot after 6.5 s"],
    ["poweroff", 5, " ", "poweroff after 6.5 s"],
    ["repl", undefined, undefined, "reboot after 10 s"],
  ])(
    "earlyboot.onfailure=%s panic=%s, key %j, a wrong one: %s",
    async (action, panic, key, expected) => {
      expect(await play({ action, panic, repl }, key === undefined ? {} : { key })).toBe(expected);
    },
  );
});

it.each(["reboot", "repl", undefined] as const)(
  "opens no REPL in an image that is locked, whatever key is pressed: %s",
  async (action) => {
    expect(await play({ action, repl: { access: "off" } }, { key: " " })).toBe("reboot after 10 s");
  },
);
