import { expect, it } from "@jest/globals";
import { errorCode } from "@earlyboot/linux-syscalls";
import {
  type SimulatedLinux,
  callSites,
  failEachCall,
  play,
} from "@earlyboot/linux-syscalls/testing";

function makeRun(linux: SimulatedLinux): string {
  linux.mkdir("/run/x", 0o755);
  linux.mount({ source: "tmpfs", target: "/run/x", type: "tmpfs" });
  return "done";
}

it("lists the calls of a scenario with the errors of their manual pages", async () => {
  const sites = await callSites({}, makeRun);

  expect(sites.map(({ text }) => text)).toEqual([
    "mkdir /run/x 0755",
    "mount tmpfs /run/x tmpfs 0",
  ]);
  expect(sites[1]?.errors).toContain("EBUSY");
});

it("lets each call fail with each error once", async () => {
  const seen: string[] = [];

  const played = await failEachCall({}, makeRun, ({ site, error, outcome }) => {
    seen.push(`${site.call} ${error}`);
    expect(outcome).toMatchObject({ kind: "threw", error: { code: error } });
  });

  expect(played).toBe(new Set(seen).size);
  expect(seen).toContain("mkdir EROFS");
  expect(seen).toContain("mount ENODEV");
});

it("names the call and the error when the check fails", async () => {
  const check = (): void => {
    throw new Error("not handled");
  };

  await expect(failEachCall({}, makeRun, check)).rejects.toThrow(
    "when call 0, mkdir /run/x 0755, fails with EACCES: not handled",
  );
});

it("tells a scenario that waits for ever", async () => {
  const { outcome } = await play({}, (linux) => linux.openUevents().next());

  expect(outcome).toEqual({ kind: "stuck" });
});

it("tells a scenario that became another program, even one that catches what execve throws", async () => {
  const codes: unknown[] = [];
  const { outcome } = await play({ programs: { "/sbin/init": {} } }, (linux) => {
    try {
      linux.execve("/sbin/init", ["init"], {});
    } catch (error) {
      codes.push(errorCode(error));
      linux.stat("/");
    }
  });

  expect(codes).toEqual(["SIMULATION_ENDED"]);
  expect(outcome).toMatchObject({ kind: "ended", ending: { kind: "execve", argv: ["init"] } });
});
