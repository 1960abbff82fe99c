import { checkFileSystem, type CheckingLinux, type CheckOptions } from "./check-file-system.ts";
import type { CheckResult } from "./check-result.ts";
import type { SysfsLinux } from "./disks-of.ts";
import { takeTurns } from "./take-turns.ts";

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
  const inTurn = takeTurns(linux);
  const checks = requests.map((request) =>
    inTurn(request.device, () => checkFileSystem(linux, request.device, request.type, request)),
  );
  await Promise.allSettled(checks);
  return await Promise.all(checks);
}
