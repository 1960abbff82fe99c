import { expect } from "@jest/globals";
import { makeScratchRoot } from "@earlyboot/earlyboot";
import { bootGuest, scratchFile } from "../support/boot-guest.ts";
import { bootTest } from "../support/boot-test.ts";
import { testImage } from "../support/test-image.ts";

bootTest("boots with Bare for its host, and with 192 MiB, as with Node", async () => {
  const file = scratchFile("root");
  await makeScratchRoot({ file });

  const guest = await bootGuest({
    image: await testImage({ host: "bare" }),
    memory: 192,
    disks: [{ file }],
    commandLine: "root=LABEL=earlyboot-root fsck.mode=force",
  });
  const facts = await guest.reachedInit();

  expect(facts.pid).toBe(1);
  expect(facts.report?.host).toMatch(/^bare /);
  expect(facts.report?.checks).toMatchObject([{ type: "ext4", outcome: "pass" }]);
  expect(facts.descriptors).toEqual(["0", "1", "2"].map((number) => `${number} -> /dev/console`));
});

bootTest("asks for the REPL's password, and evaluates, with Bare for its host", async () => {
  const file = scratchFile("root");
  await makeScratchRoot({ file });
  // Of the password "secret", as the documentation makes one.
  const hash = "scrypt:16384:8:1:c2FsdHNhbHQ=:x1ghzzRYhC3JpVHqoFsQszaXGuolXm40EOTo6S1zbuw=";

  const guest = await bootGuest({
    image: await testImage({
      host: "bare",
      configuration: { repl: { access: "password", hash, allowCommandLine: true } },
    }),
    disks: [{ file }],
    commandLine: "root=LABEL=earlyboot-root earlyboot.repl",
  });
  const { console } = guest;
  await console.expect("Password for the REPL: ");
  console.type("secret\n");
  await console.expect("earlyboot> ");
  console.type("({ sum: 20 + 22 })\n");
  await console.expect("{ sum: 42 }");
  console.type(".resume\n");

  expect((await guest.reachedInit()).pid).toBe(1);
});
