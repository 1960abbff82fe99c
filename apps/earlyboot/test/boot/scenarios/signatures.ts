import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { testKernel } from "../../support/boot-environment.ts";
import { scratchFile } from "../../support/boot-guest.ts";
import type { BootScenario, ImageContent, ScenarioDisk } from "../../support/scenario.ts";

const disks: readonly ScenarioDisk[] = [{ holds: { ext4: {} } }];
const root = "root=LABEL=earlyboot-root earlyboot.timeout=15";

const kernel = testKernel();
const driver = `/lib/modules/${kernel?.version}/kernel/drivers/block/virtio_blk.ko`;
const signed = driver.replace(/^\/lib\/modules\/[^/]+/, kernel?.modules ?? "");

/** An image whose driver for the disk has lost its signature; see Documentation/admin-guide/module-signing.rst. */
function withoutSignature(): ImageContent {
  const bytes = readFileSync(signed);
  const marker = bytes.lastIndexOf("~Module signature appended~\n");
  const signature = bytes.readUInt32BE(marker - 4) + 12;
  const file = scratchFile("virtio_blk.ko");
  writeFileSync(file, bytes.subarray(0, marker - signature));
  return { files: [{ file, path: driver }] };
}

/** Modules whose signature a kernel asks for. */
export const signatures: readonly BootScenario[] = [
  {
    name: "says which module has no signature, to a kernel that asks for them",
    needs: { reason: existsSync(signed) ? undefined : "needs modules that are not compressed" },
    image: withoutSignature,
    disks,
    commandLine: `${root} module.sig_enforce=1`,
    outcome: "failed",
    says: [/virtio_blk.*EKEYREJECTED/],
    planCannotKnow: "only the kernel judges the signatures of modules",
  },
];
