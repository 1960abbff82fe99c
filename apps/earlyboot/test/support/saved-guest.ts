import { expect } from "@jest/globals";
import type { QmpClient } from "../../src/qemu/qmp-client.ts";
import { bootGuest, type BootedGuest, type TestGuest } from "./boot-guest.ts";

/** A guest at one moment of its boot, as often as it is wanted. */
export interface SavedGuest {
  readonly options: TestGuest;
  /** The file with its memory and its devices. Its disks are not part of it. */
  readonly state: string;
}

/**
 * Stops a guest at this moment, keeps its memory and its devices in the file `state`, and ends it. Its
 * writable disks then hold what goes with them. See the migration of QEMU.
 */
export async function saveGuest(
  guest: BootedGuest,
  options: TestGuest,
  state: string,
): Promise<SavedGuest> {
  const monitor = await guest.monitor();
  await monitor.execute("stop");
  await monitor.execute("migrate-set-parameters", { "max-bandwidth": 2 ** 40 });
  await monitor.execute("migrate", { uri: `exec:cat > '${state}'` });
  await statusOf(monitor, "query-migrate", (status) => status !== "setup" && status !== "active");
  expect(await monitor.execute("query-migrate")).toMatchObject({ status: "completed" });
  await guest.end();
  return { options, state };
}

/** Starts a saved guest, which goes on from its moment, with the disks as they are now. */
export async function resumeGuest({ options, state }: SavedGuest): Promise<BootedGuest> {
  const extra = [...(options.extra ?? []), "-incoming", `exec:cat '${state}'`];
  const guest = await bootGuest({ ...options, extra });
  const monitor = await guest.monitor();
  await statusOf(monitor, "query-status", (status) => status === "paused");
  await monitor.execute("cont");
  return guest;
}

/** QEMU has no answer that waits; this ends after some turns. */
async function statusOf(
  monitor: QmpClient,
  query: "query-migrate" | "query-status",
  isWanted: (status: unknown) => boolean,
) {
  for (;;) {
    const answer = await monitor.execute(query);
    if (typeof answer === "object" && answer !== null && "status" in answer) {
      if (isWanted(answer.status)) return;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
