import { expect } from "@jest/globals";
import { makeScratchRoot } from "@earlyboot/earlyboot";
import { bootGuest, scratchFile } from "../support/boot-guest.ts";
import { bootTest } from "../support/boot-test.ts";

async function bootTo(words: string) {
  const file = scratchFile("root");
  await makeScratchRoot({ file });
  const guest = await bootGuest({
    disks: [{ file }],
    commandLine: `root=LABEL=earlyboot-root ${words}`,
  });
  return guest.reachedFacts();
}

for (const [name, words] of [
  ["two consoles", "console=tty0 console=ttyS0"],
  ["no console that works", "console=ttyS3"],
  ["no console at all", "console=null"],
  ["little to say", "quiet"],
  ["much to say", "debug earlyboot.log=debug"],
] as const) {
  bootTest(`boots with ${name} (${words})`, async () => {
    const facts = await bootTo(words);

    expect(facts.pid).toBe(1);
  });
}

bootTest("ignores what it is not told to do: variables for Node and unknown words", async () => {
  const facts = await bootTo(
    "NODE_OPTIONS=--inspect-brk=0.0.0.0 earlyboot.lgo=debug unknown.word=1",
  );

  expect(facts.environment.join(" ")).not.toContain("NODE_OPTIONS");
  expect(facts.report?.warnings.join(" ")).toContain("earlyboot.log");
});
