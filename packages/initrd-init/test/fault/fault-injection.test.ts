import { describe, expect, it } from "@jest/globals";
import type { BootConfiguration } from "@earlyboot/initrd-init";
import { type Linux, MountFlag } from "@earlyboot/linux-syscalls";
import {
  type CallSite,
  type Outcome,
  type SimulatedLinux,
  type SimulationOptions,
  failEachCall,
} from "@earlyboot/linux-syscalls/testing";
import { fileSystem, toSpec } from "@earlyboot/mount-spec";
import {
  beginSimulatedBoot,
  consoleOf,
  plainMachine,
  rootFiles,
} from "../support/simulated-boot.ts";

const checked: SimulationOptions = {
  ...plainMachine,
  commandLine: "root=LABEL=root rw fsck.mode=force",
  programs: { "/sbin/e2fsck": { status: 0 } },
};

const declared: BootConfiguration = {
  version: 1,
  fileSystems: [
    toSpec(
      fileSystem({
        device: { label: "data" },
        mountPoint: "/srv",
        type: "ext4",
        neededForBoot: true,
        createMountPoint: true,
        check: false,
      }),
    ),
  ],
};

const scenarios: readonly (readonly [name: string, SimulationOptions, BootConfiguration?])[] = [
  ["a plain boot", checked],
  ["a volatile boot", { ...plainMachine, commandLine: "root=LABEL=root earlyboot.volatile" }],
  [
    "a boot with declared file systems",
    { ...plainMachine, commandLine: "root=LABEL=root rw" },
    declared,
  ],
  ["a failing boot", { ...plainMachine, commandLine: "root=LABEL=none rootwait=2" }],
];

/** What may come of a boot in which one call failed. */
type Verdict = "real init" | "failure policy" | "panic" | "stuck" | "threw" | "other program";

/** Boots; gives the status of PID 1 when it ends itself. */
function boot(linux: SimulatedLinux, configuration?: BootConfiguration): Promise<number> {
  const observed = beginSimulatedBoot(linux, configuration);
  consoles.set(linux, () => consoleOf(linux, observed));
  return observed.panicked;
}

/** What the consoles of the machines show. */
const consoles = new WeakMap<SimulatedLinux, () => string>();

describe.each(scenarios)("%s", (name, machine, configuration) => {
  it("ends in a real init, or with a screen, whichever call fails and however", async () => {
    const table = new Map<string, number>();
    const wrong: string[] = [];

    const played = await failEachCall(
      machine,
      (linux) => boot(linux, configuration),
      ({ site, error, outcome, linux }) => {
        const verdict = judge(outcome);
        const row = `${site.call} → ${verdict}`;
        table.set(row, (table.get(row) ?? 0) + 1);
        const fault = faultOf(verdict, site, consoles.get(linux)?.() ?? "") ?? lostFrom(linux);
        if (fault !== undefined) wrong.push(`${site.text} = ${error}: ${fault}`);
      },
    );

    process.stdout.write(`${name}, ${played} boots:\n${formatTable(table)}\n`);
    expect(wrong).toEqual([]);
  }, 300_000);
});

function judge(outcome: Outcome<number>): Verdict {
  if (outcome.kind === "stuck" || outcome.kind === "threw") return outcome.kind;
  if (outcome.kind === "returned") return "panic";
  const { ending } = outcome;
  if (ending.kind === "reboot") return "failure policy";
  return ending.path === "/sbin/init" ? "real init" : "other program";
}

/** What is wrong with a boot that ended so, if anything. */
function faultOf(verdict: Verdict, site: CallSite, console: string): string | undefined {
  if (verdict === "real init") return undefined;
  // The kernel panics when it cannot even reboot: there is nothing better left to do.
  if (verdict === "panic" && site.call === "reboot") return undefined;
  if (verdict !== "failure policy") return verdict;
  if (!console.includes("this machine did not boot")) return "no screen";
  // A boot that fails anyway tells its own reason.
  if (console.includes("LABEL=none is not there")) return undefined;
  const objects = objectsOf(site);
  const named = objects.length === 0 || objects.some((object) => console.includes(object));
  return named ? undefined : `no word of ${objects.join(" or ")}`;
}

/** What a call was about, in the words that a screen may use for it. */
function objectsOf({ text }: CallSite): readonly string[] {
  const path = text.split(" ").find((word) => /^\/[a-z]/.test(word));
  if (path === undefined) return [];
  // A disk whose entry in sysfs is gone is not there: what was looked for is named instead.
  if (path.startsWith("/sys/class/block/")) return ["LABEL=root", "LABEL=none"];
  return [path, path.replace(/^\/(real-)?root(?=\/)/, "")];
}

/** What the root's disk had before the boot, and has no more. */
function lostFrom({ inspect, calls }: SimulatedLinux): string | undefined {
  const mounted = calls.some((call) => /^mount \/dev\/vda (?!.* = E)/.test(call));
  if (!mounted) return undefined;
  const place = mountAgain(inspect);
  const lost = Object.keys(rootFiles).find((path) => !exists(inspect, place + path));
  return lost === undefined ? undefined : `${lost} was removed from the disk`;
}

/** Mounts the root's disk once more, wherever the boot left a directory to mount it on. */
function mountAgain(linux: Linux): string {
  const tried: unknown[] = [];
  for (const target of ["/sys", "/tmp"]) {
    // The kernel refuses to mount what is writable read-only a second time, and the other way round.
    for (const flags of [MountFlag.ReadOnly, 0]) {
      try {
        linux.mount({ source: "/dev/vda", target, type: "ext4", flags });
        return target;
      } catch (error) {
        tried.push(error);
      }
    }
  }
  throw new AggregateError(tried, "the disk cannot be looked at");
}

function exists(linux: Linux, path: string): boolean {
  try {
    return linux.lstat(path).links > 0;
  } catch {
    return false;
  }
}

function formatTable(table: ReadonlyMap<string, number>): string {
  const rows = [...table].toSorted(([a], [b]) => a.localeCompare(b));
  return rows.map(([row, count]) => `${String(count).padStart(6)}  ${row}`).join("\n");
}
