import { expect } from "@jest/globals";
import { findStaticBusybox, makeScratchRoot } from "@earlyboot/earlyboot";
import { bootGuest, scratchFile } from "../support/boot-guest.ts";
import { bootTest } from "../support/boot-test.ts";
import { testImage } from "../support/test-image.ts";

const prompt = "earlyboot> ";

async function bootIntoRepl() {
  const file = scratchFile("root");
  await makeScratchRoot({ file });
  const busybox = { file: await findStaticBusybox(), path: "/bin/busybox", mode: 0o755 };
  const guest = await bootGuest({
    image: await testImage({ files: [busybox] }),
    disks: [{ file }],
    commandLine: "root=LABEL=earlyboot-root earlyboot.repl earlyboot.log=debug",
    planCannotKnow: "that somebody restarts the machine",
  });
  await guest.console.expect(prompt);
  return guest;
}

bootTest("reaps orphans while it boots, and restarts when told to by SIGTERM", async () => {
  const guest = await bootIntoRepl();
  const { console } = guest;
  const script = "/bin/busybox true & /bin/busybox true & exit 0";
  const child = `{ path: "/bin/busybox", arguments: ["sh", "-c", "${script}"], environment: {} }`;

  console.type(`(await (await linux.spawn(${child})).exited).kind\n`);
  for (let orphans = 0; orphans < 2; orphans++) await console.expect(/process \d+ ended/);
  console.type(
    "linux.readDirectory('/proc').filter(({ name }) => /^\\d+$/.test(name) && / Z /.test(linux.readText(`/proc/${name}/stat`))).length + 1000\n",
  );
  await console.expect(/^1000$/m);
  await console.expect(prompt);
  console.type("linux.kill(1, 15)\n");
  const text = await guest.ended();

  expect(text).toContain("rebooting (SIGTERM)");
  expect(text).toContain("reboot: Restarting system");
});

bootTest("restarts in order by Ctrl-Alt-Del while it waits for the root", async () => {
  const guest = await bootGuest({
    commandLine: "root=LABEL=none",
    planCannotKnow: "that somebody restarts the machine",
  });
  await guest.console.expect("waiting for LABEL=none");
  const monitor = await guest.monitor();
  const keys = ["ctrl", "alt", "delete"].map((data) => ({ type: "qcode", data }));

  await monitor.execute("send-key", { keys });
  const text = await guest.ended();

  expect(text).toContain("rebooting (Ctrl-Alt-Del)");
  expect(text).toContain("reboot: Restarting system");
});
