import { describe, expect, it } from "@jest/globals";
import { simulateLinux } from "@earlyboot/linux-syscalls/testing";

describe("time", () => {
  it("passes only while somebody waits", async () => {
    const linux = simulateLinux({ now: 100, realTime: 1_700_000_000_000 });

    await Promise.resolve();
    expect([linux.now(), linux.realTime()]).toEqual([100, 1_700_000_000_000]);
    await linux.sleep(180_000);

    expect([linux.now(), linux.realTime()]).toEqual([180_100, 1_700_000_180_000]);
  });

  it("brings those who wait to their ends in order", async () => {
    const linux = simulateLinux({ now: 0 });
    const ended: string[] = [];
    const wait = async (name: string, milliseconds: number): Promise<void> => {
      await linux.sleep(milliseconds);
      ended.push(`${name} at ${linux.now()}`);
    };

    await Promise.all([wait("long", 30), wait("short", 10), wait("same", 10), wait("none", 0)]);

    expect(ended).toEqual(["none at 0", "short at 10", "same at 10", "long at 30"]);
  });

  it("stands still while other code runs, however many promises it takes", async () => {
    const linux = simulateLinux({ now: 0 });
    let steps = 0;
    const work = async (): Promise<number> => {
      for (; steps < 1000; steps++) await Promise.resolve();
      return linux.now();
    };

    const [at] = await Promise.all([work(), linux.sleep(5)]);

    expect([at, steps]).toEqual([0, 1000]);
  });

  it("stands still while it is held", async () => {
    const linux = simulateLinux({ now: 0 });
    const { promise, resolve } = Promise.withResolvers<void>();
    const slept = linux.sleep(1000);

    const held = linux.hold(promise);
    await new Promise((done) => setTimeout(done, 5));
    const whileHeld = linux.now();
    resolve();
    await Promise.all([held, slept]);

    expect([whileHeld, linux.now()]).toEqual([0, 1000]);
  });

  it("jumps by day without going back since the start", async () => {
    const linux = simulateLinux({ now: 50 });

    linux.setRealTime(0);
    await linux.sleep(5);

    expect([linux.now(), linux.realTime()]).toEqual([55, 5]);
    linux.writeFile("/file", "");
    expect(linux.stat("/file").modified).toBe(0.005);
  });

  it("ends a wait with the signal's reason", async () => {
    const linux = simulateLinux({ now: 0 });
    const controller = new AbortController();
    const reason = new Error("enough");

    linux.at(10, () => controller.abort(reason));

    await expect(linux.sleep(1000, controller.signal)).rejects.toBe(reason);
    await expect(linux.sleep(1000, controller.signal)).rejects.toBe(reason);
    expect(linux.now()).toBe(10);
  });

  it("does what is planned while somebody waits", async () => {
    const linux = simulateLinux({ now: 0 });
    const seen: number[] = [];
    linux.at(20, () => seen.push(linux.now()));
    linux.at(-5, () => seen.push(linux.now()));

    await linux.sleep(30);

    expect(seen).toEqual([0, 20]);
  });

  it("tells when a wait cannot end", async () => {
    const linux = simulateLinux();

    void linux.openUevents().next();

    await expect(linux.stuck).resolves.toBeUndefined();
  });
});
