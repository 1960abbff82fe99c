import { randomBytes, scryptSync } from "node:crypto";
import { expect } from "@jest/globals";
import { makeScratchRoot } from "@earlyboot/earlyboot";
import { bootGuest, scratchFile } from "../support/boot-guest.ts";
import { bootTest } from "../support/boot-test.ts";
import { testImage } from "../support/test-image.ts";

const prompt = "earlyboot> ";
const question = "Password for the REPL: ";

function hashOf(password: string): string {
  const [n, r, p] = [1024, 8, 1];
  const salt = randomBytes(16);
  const key = scryptSync(password, salt, 32, { N: n, r, p });
  return `scrypt:${n}:${r}:${p}:${salt.toString("base64")}:${key.toString("base64")}`;
}

async function bootLocked(
  repl: { readonly access: "off" } | { readonly access: "password"; readonly hash: string },
  words: string,
  planCannotKnow?: string,
) {
  const file = scratchFile("root");
  await makeScratchRoot({ file });
  return bootGuest({
    image: await testImage({ configuration: { repl } }),
    disks: [{ file }],
    commandLine: words,
    planCannotKnow,
  });
}

const failing = "root=LABEL=none earlyboot.timeout=1";

bootTest("opens no REPL and starts no other init in an image that is locked", async () => {
  const words = "earlyboot.repl earlyboot.break=mount init=/bin/sh earlyboot.load=/bin/sh";
  const guest = await bootLocked({ access: "off" }, `root=LABEL=earlyboot-root ${words}`);

  await guest.reachedInit();

  expect(guest.console.text()).not.toContain(prompt);
});

bootTest("restarts after a failure in an image that is locked, and opens no REPL", async () => {
  const guest = await bootLocked({ access: "off" }, `${failing} earlyboot.onfailure=repl`);
  const console = await guest.ended();

  expect(console).toContain("this machine did not boot");
  expect(console).toContain("reboot: Restarting system");
  expect(console).not.toContain(prompt);
});

bootTest("opens the REPL to whoever knows the password, and shows it nowhere", async () => {
  const guest = await bootLocked(
    { access: "password", hash: hashOf("correct horse") },
    "root=LABEL=earlyboot-root earlyboot.repl init=/bin/sh",
  );
  const { console } = guest;

  await console.expect(question);
  console.type("battery staple\n");
  await console.expect("Wrong. Try again.");
  await console.expect(question);
  console.type("correct horse\n");
  await console.expect(prompt);
  console.type("6 * 7\n");
  await console.expect(/^42$/m);
  await console.expect(prompt);
  console.type(".resume\n");

  expect((await guest.reachedInit()).pid).toBe(1);
  expect(console.text()).not.toMatch(/correct horse|battery staple/);
});

bootTest("does not boot past a break point after three wrong passwords", async () => {
  const guest = await bootLocked(
    { access: "password", hash: hashOf("correct horse") },
    "root=LABEL=earlyboot-root earlyboot.break=mount panic=1",
    "that somebody will not know the password",
  );
  const { console } = guest;

  for (const password of ["one", "two", "three"]) {
    await console.expect(question);
    console.type(`${password}\n`);
    await console.expect("Wrong.");
  }
  const text = await guest.ended();

  expect(text).toContain("the password was wrong three times");
  expect(text).toContain("reboot: Power down");
  expect(text).not.toContain("mounted /dev/vda");
  expect(text).not.toContain(prompt);
});

bootTest("does what its failure policy says after three wrong passwords", async () => {
  const guest = await bootLocked(
    { access: "password", hash: hashOf("correct horse") },
    // Time to press a key in, also on a slow machine; it passes a second time after the last try.
    `${failing} panic=20`,
  );
  const { console } = guest;

  await console.expect("press a key to stop");
  console.type(" ");
  for (const password of ["one", "two", "three"]) {
    await console.expect(question);
    console.type(`${password}\n`);
    await console.expect("Wrong.");
  }
  const text = await guest.ended();

  expect(text).toContain("reboot: Power down");
  expect(text).not.toContain(prompt);
});
