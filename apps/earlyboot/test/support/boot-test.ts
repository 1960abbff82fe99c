import { it } from "@jest/globals";
import type { Host } from "@earlyboot/initrd-image";
import { testHost, whyNoGuest } from "./boot-environment.ts";

/** What a boot test needs besides QEMU and a kernel. */
export interface BootTestNeeds {
  readonly programs?: readonly string[];
  /** What of Node itself it needs: then it is not run on Bare. */
  readonly node?: string;
  /** Why it cannot run here, if so. */
  readonly reason?: string | undefined;
}

/** A test that boots a guest; where none can be booted it is skipped, and its title says why. */
export function bootTest(title: string, run: () => Promise<void>, needs: BootTestNeeds = {}): void {
  const reason = needs.reason ?? whyNotOn(testHost, needs) ?? whyNoGuest(needs.programs);
  if (reason === undefined) it(title, run);
  else it.skip(`${title} (skipped: ${reason})`, run);
}

function whyNotOn(host: Host, { node }: BootTestNeeds): string | undefined {
  return host === "node" || node === undefined ? undefined : `needs Node: ${node}`;
}
