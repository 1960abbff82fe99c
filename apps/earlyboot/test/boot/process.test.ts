import { writeFileSync } from "node:fs";
import { expect } from "@jest/globals";
import { findStaticBusybox, makeScratchRoot } from "@earlyboot/earlyboot";
import { bootGuest, scratchFile } from "../support/boot-guest.ts";
import { bootTest } from "../support/boot-test.ts";
import { testImage } from "../support/test-image.ts";

/** Tells what the kernel knows of process 1, which runs this, and whatever it was before. */
const tell = `#!/bin/busybox sh
if ! [ -e /proc/1 ]; then
  /bin/busybox mkdir -p /proc
  /bin/busybox mount -t proc proc /proc
  /bin/busybox mount -t devtmpfs devtmpfs /dev
fi
for file in status limits environ cgroup oom_score_adj timerslack_ns personality; do
  echo "== $file"
  /bin/busybox tr '\\0' '\\n' < /proc/1/$file
  echo
done > /dev/ttyS1
(echo "== links"
for link in /proc/1/fd/* /proc/1/cwd /proc/1/root /proc/1/exe; do
  echo "$link $(/bin/busybox readlink $link)"
done) > /dev/ttyS1
echo "== end" > /dev/ttyS1
/bin/busybox poweroff -f
`;

/** What differs from one boot to the next, or says how much memory is used. */
const volatile = /^(State|Vm|Rss|Hugetlb|voluntary|nonvoluntary)/;

/** What was told, by the names of the files. */
function told(facts: string): Readonly<Record<string, readonly string[]>> {
  const parts = facts.replaceAll("\r", "").split(/^== /m).slice(1, -1);
  return Object.fromEntries(
    parts.map((part) => {
      const [name = "", ...lines] = part.split("\n");
      return [name, lines.filter((line) => line !== "" && !volatile.test(line)).toSorted()];
    }),
  );
}

bootTest("starts the real init just as the kernel starts one itself", async () => {
  const file = scratchFile("root");
  await makeScratchRoot({ file, files: { "/tell": tell } });
  const script = scratchFile("tell");
  writeFileSync(script, tell);
  const image = await testImage({
    files: [
      { file: script, path: "/tell", mode: 0o755 },
      { file: await findStaticBusybox(), path: "/bin/busybox", mode: 0o755 },
    ],
  });
  const boot = async (commandLine: string, planCannotKnow?: string) => {
    const guest = await bootGuest({ image, disks: [{ file }], commandLine, planCannotKnow });
    await guest.ended();
    return told(guest.facts());
  };

  // With the same image in its memory, from the size of which the kernel derives two of the limits.
  const byKernel = await boot("rdinit=/tell", "what another init than earlyboot's does");
  const byEarlyboot = await boot("root=LABEL=earlyboot-root init=/tell");

  expect(Object.keys(byKernel)).toEqual(expect.arrayContaining(["status", "limits", "links"]));
  // Only this the kernel leaves to the init: programs that it starts would search nowhere.
  const path = "PATH=/sbin:/usr/sbin:/bin:/usr/bin";
  expect(byEarlyboot).toEqual({
    ...byKernel,
    environ: [...(byKernel["environ"] ?? []), path].toSorted(),
  });
});
