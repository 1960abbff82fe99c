import { constants } from "node:fs";
import { access, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheDirectory } from "../cache-directory.ts";
import { guestKernelWords, hostArchitecture, type GuestArchitecture } from "./qemu-arguments.ts";
import { startGuest } from "./start-guest.ts";

/**
 * `kvm` where a guest has really booted with it, otherwise `tcg`.
 *
 * `/dev/kvm` may be there and open, and the guest still hang in its firmware. So a first guest is
 * given a few seconds to get through the kernel; the answer is kept until the machine reboots.
 */
export async function chooseAccelerator(
  kernel: string,
  architecture: GuestArchitecture,
): Promise<"kvm" | "tcg"> {
  if (architecture !== hostArchitecture() || !(await canOpenKvm())) return "tcg";
  const answerFile = join(cacheDirectory(), "accelerator");
  const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8");
  const [knownBoot, known] = (await readFile(answerFile, "utf8").catch(() => "")).split("\n\n");
  if (knownBoot === boot.trim()) return known === "kvm" ? "kvm" : "tcg";
  const answer = (await bootsWithKvm(kernel, architecture)) ? "kvm" : "tcg";
  await mkdir(cacheDirectory(), { recursive: true });
  await writeFile(answerFile, `${boot.trim()}\n\n${answer}`);
  return answer;
}

function canOpenKvm(): Promise<boolean> {
  return access("/dev/kvm", constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  );
}

/** Whether a kernel that is given no root gets as far as missing it. */
async function bootsWithKvm(kernel: string, architecture: GuestArchitecture): Promise<boolean> {
  const directory = await mkdtemp(join(tmpdir(), "earlyboot-probe-"));
  const commandLine = guestKernelWords(architecture).join(" ");
  const guest = startGuest(
    { kernel, commandLine, accelerator: "kvm", architecture, processors: 1, memory: 256 },
    join(directory, "console"),
  );
  try {
    await guest.console.expect("Kernel panic", 8);
    return true;
  } catch {
    return false;
  } finally {
    await guest.end();
    await rm(directory, { recursive: true });
  }
}
