import { disksOf, type SysfsLinux } from "./disks-of.ts";

/**
 * Gives a function that has work done on devices: at the same time where they are on different disks, one
 * after another, in the order of the calls, where they share one, or nobody knows. Work that fails keeps
 * nobody else from their turn.
 */
export function takeTurns(
  linux: SysfsLinux,
): <T>(device: string, work: () => Promise<T>) => Promise<T> {
  const busy = new Map<string, Promise<unknown>>();
  return (device, work) => {
    const disks = disksOf(linux, device);
    const places = disks.length === 0 ? ["unknown"] : disks;
    const before = places.flatMap((place) => busy.get(place) ?? []);
    const done = Promise.allSettled(before).then(work);
    for (const place of places) busy.set(place, done);
    return done;
  };
}
