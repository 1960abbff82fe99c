import { expect, it } from "@jest/globals";
import { fsckOutcome } from "@earlyboot/fsck-runner";

it.each([
  [0, "pass", ["pass"]],
  [1, "errors-corrected", ["errors-corrected"]],
  [2, "reboot-required", ["reboot-required"]],
  [3, "reboot-required", ["errors-corrected", "reboot-required"]],
  [4, "errors-left", ["errors-left"]],
  [5, "errors-left", ["errors-corrected", "errors-left"]],
  [7, "errors-left", ["errors-corrected", "reboot-required", "errors-left"]],
  [8, "operational-error", ["operational-error"]],
  [12, "operational-error", ["errors-left", "operational-error"]],
  [16, "usage-error", ["usage-error"]],
  [32, "cancelled", ["cancelled"]],
  [36, "cancelled", ["errors-left", "cancelled"]],
  [128, "library-error", ["library-error"]],
  [129, "library-error", ["errors-corrected", "library-error"]],
] as const)("reads status %i as %s", (status, outcome, all) => {
  expect(fsckOutcome(status)).toEqual({ outcome, all });
});

it("never takes a status with foreign bits for a good one", () => {
  const good = new Set(["pass", "errors-corrected", "reboot-required"]);
  const statuses = Array.from({ length: 256 }, (_, status) => status);
  const known = 1 + 2 + 4 + 8 + 16 + 32 + 128;
  const wrong = statuses.filter(
    (status) => (status & ~known) !== 0 && good.has(fsckOutcome(status).outcome),
  );

  expect(wrong).toEqual([]);
  expect(fsckOutcome(64).all).toEqual(["operational-error"]);
  expect(fsckOutcome(-1).outcome).not.toBe("pass");
  expect(fsckOutcome(Number.NaN).outcome).toBe("operational-error");
});
