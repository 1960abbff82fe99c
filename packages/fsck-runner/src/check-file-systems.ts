import { checkFileSystem, type CheckingLinux, type CheckOptions } from "./check-file-system.ts";
import type { CheckResult } from "./check-result.ts";
import { disksOf, type SysfsLinux } from "./disks-of.ts";

/** One file system for {@link checkFileSystems}. */
export interface CheckRequest extends CheckOptions {
  readonly device: string;
  readonly type: string;
}

/**
 * Checks several file systems, at the same time where they are on different disks, one after another
 * where they share one. The results are in the order of the requests.
 *
 * @throws SyscallError as `checkFileSystem`, for the first request that failed, when all have ended.
 */
export async function checkFileSystems(
  linux: CheckingLinux & SysfsLinux,
  requests: readonly CheckRequest[],
): Promise<readonly CheckResult[]> {
  const busy = new Map<string, Promise<unknown>>();
  const checks = requests.map((request) => {
    const disks = disksOf(linux, request.device);
    const places = disks.length === 0 ? ["unknown"] : disks;
    const before = places.flatMap((place) => busy.get(place) ?? []);
    const check = Promise.allSettled(before).then(() =>
      checkFileSystem(linux, request.device, request.type, request),
    );
    for (const place of places) busy.set(place, check);
    return check;
  });
  await Promise.allSettled(checks);
  return await Promise.all(checks);
}
