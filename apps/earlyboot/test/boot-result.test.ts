import { expect, it } from "@jest/globals";
import { judgeBoot } from "../src/try/boot-result.ts";
import { parseScratchFacts } from "../src/scratch/scratch-facts.ts";

const kernel = "[    0.000000] Linux version 6.1.0\n";
const started = `${kernel}[    2.100000] Run /init as init process\n`;
const handedOver = `${started}earlyboot: handing over to /sbin/init\n`;
const panic = "[    3.4] Kernel panic - not syncing: Attempted to kill init!\n";

it("believes the scratch disk's init that it is PID 1", () => {
  const facts = parseScratchFacts(
    "earlyboot-scratch: pid 1\nearlyboot-scratch: uptime 3.6\nearlyboot-scratch: end\n",
  );

  const result = judgeBoot(started, facts, "ended");

  expect(result).toMatchObject({ reached: "real-init", kernelSeconds: 2.1 });
  expect(result.bootSeconds).toBeCloseTo(1.5);
});

it.each([
  ["", "ended", "nothing", "before the kernel printed anything"],
  [kernel, "limit", "kernel", "the time limit passed before the kernel started /init"],
  [started, "ended", "boot-program", "the guest ended while the boot program ran"],
  [started + panic, "ended", "boot-program", "the kernel panicked (Attempted to kill init!)"],
  [handedOver + panic, "ended", "boot-program", "the kernel panicked (Attempted to kill init!)"],
  [handedOver, "login", "real-init", "/sbin/init became PID 1 and came up to its login prompt"],
  [handedOver, "ended", "real-init", "/sbin/init became PID 1 and ran and ended the machine"],
  [
    handedOver,
    "interrupted",
    "real-init",
    "/sbin/init became PID 1 and ran when you stopped watching",
  ],
] as const)(
  "reads the console %j, when it is over by %s, as %s",
  (text, ending, reached, words) => {
    const result = judgeBoot(text, undefined, ending);

    expect(result.reached).toBe(reached);
    expect(result.explanation).toContain(words);
  },
);
