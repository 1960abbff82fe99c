import { expect } from "@jest/globals";
import { findStaticBusybox, makeScratchRoot } from "@earlyboot/earlyboot";
import { bootGuest, scratchFile, type TestGuest } from "../support/boot-guest.ts";
import { bootTest } from "../support/boot-test.ts";
import { testImage } from "../support/test-image.ts";

const prompt = "earlyboot> ";

async function bootInto(words: string, { image, planCannotKnow }: Partial<TestGuest> = {}) {
  const root = scratchFile("root");
  await makeScratchRoot({ file: root });
  return bootGuest({
    ...(image === undefined ? {} : { image }),
    disks: [{ file: root }],
    commandLine: `root=LABEL=earlyboot-root ${words}`,
    planCannotKnow,
  });
}

bootTest("opens the REPL by earlyboot.repl, evaluates, and goes on with the boot", async () => {
  const guest = await bootInto("earlyboot.repl");
  const { console } = guest;

  await console.expect(prompt);
  console.type("6 * 7\n");
  await console.expect(/^42$/m);
  await console.expect(prompt);
  console.type("(await Promise.resolve(linux.getpid())) + 1000\n");
  await console.expect(/^1001$/m);
  await console.expect(prompt);
  console.type(".mounts\n");
  await console.expect("devtmpfs");
  await console.expect(prompt);
  console.type(".resume\n");

  expect((await guest.reachedInit()).pid).toBe(1);
});

bootTest("shows in the REPL what devices there are", async () => {
  const guest = await bootInto("earlyboot.break=check");
  const { console } = guest;

  await console.expect(prompt);
  console.type(".devices\n");
  await console.expect(/\/dev\/vda.*earlyboot-root/);
  await console.expect(prompt);
  console.type(".resume\n");

  expect((await guest.reachedInit()).pid).toBe(1);
});

bootTest(
  "interrupts what runs in the REPL, opened by --repl, by Ctrl-C",
  async () => {
    const guest = await bootInto("--repl");
    const { console } = guest;

    await console.expect(prompt);
    console.type("console.log('loop' + 'ing'); for (;;);\n");
    await console.expect("looping");
    console.type("\u0003");
    await console.expect("interrupted");
    await console.expect(prompt);
    console.type(".resume\n");

    expect((await guest.reachedInit()).pid).toBe(1);
  },
  { node: "node:repl interrupts what is evaluated" },
);

bootTest(
  "takes what is typed at the keyboard where the console is a virtual terminal",
  async () => {
    const guest = await bootInto("console=tty0 earlyboot.repl", {
      planCannotKnow: "that somebody switches the machine off",
    });
    const names = new Map([
      [".", "dot"],
      ["\n", "ret"],
    ]);

    await guest.console.expect("the REPL is open");
    const monitor = await guest.monitor();
    for (const key of ".poweroff\n") {
      await monitor.execute("send-key", { keys: [{ type: "qcode", data: names.get(key) ?? key }] });
    }

    // The kernel's own lines go to the serial line too.
    expect(await guest.ended()).toContain("reboot: Power down");
  },
);

bootTest("runs a shell in the REPL, opened by gnu.repl, with job control", async () => {
  const busybox = { file: await findStaticBusybox(), path: "/bin/busybox", mode: 0o755 };
  const guest = await bootInto("gnu.repl", { image: await testImage({ files: [busybox] }) });
  const { console } = guest;
  const shell = "/ # ";

  await console.expect(prompt);
  console.type(".sh\n");
  await console.expect(shell);
  console.type("busybox sh -c 'echo be$((40 + 2))gun; exec busybox sleep 1000'\n");
  await console.expect("be42gun");
  console.type("\u001a");
  await console.expect("Stopped");
  await console.expect(shell);
  console.type("busybox sh -c 'echo be$((40 + 3))gun; exec busybox sleep 1000'\n");
  await console.expect("be43gun");
  console.type("\u0003");
  await console.expect(shell);
  // How a job in the background ended, the shell tells at this prompt or at the next one; in the foreground, at once.
  console.type("kill -9 %1; fg %1; echo status $?\n");
  await console.expect("status 137");
  await console.expect(shell);
  console.type("exit\n");
  await console.expect(prompt);
  console.type("6 * 7\n");
  await console.expect(/^42$/m);
  await console.expect(prompt);
  console.type(".resume\n");

  expect((await guest.reachedInit()).pid).toBe(1);
});

bootTest("stops before each stage that earlyboot.break= names, and goes on", async () => {
  const stages = ["modules", "network", "devices", "check", "mount", "switch"];
  const guest = await bootInto(`earlyboot.break=${stages.join(",")}`);
  const { console } = guest;

  const mounted: boolean[] = [];
  for (const stage of stages) {
    await console.expect(`stopping before ${stage} (earlyboot.break)`);
    await console.expect(prompt);
    mounted.push(console.text().includes("mounted /dev/vda"));
    console.type(".resume\n");
  }

  expect((await guest.reachedInit()).pid).toBe(1);
  expect(mounted).toEqual([false, false, false, false, false, true]);
});
