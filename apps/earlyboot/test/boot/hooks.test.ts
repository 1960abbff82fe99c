import { writeFileSync } from "node:fs";
import { expect } from "@jest/globals";
import { makeScratchRoot } from "@earlyboot/earlyboot";
import { bootGuest, scratchFile } from "../support/boot-guest.ts";
import { bootTest } from "../support/boot-test.ts";
import { testImage } from "../support/test-image.ts";

bootTest("runs hooks in TypeScript, bundled with what they import, around a stage", async () => {
  const root = scratchFile("root");
  await makeScratchRoot({ file: root });
  writeFileSync(scratchFile("words.ts"), 'export const word: string = "of mine";');
  const hooks = scratchFile("hooks.ts");
  writeFileSync(
    hooks,
    `import { lastValue } from "@earlyboot/cmdline";
     import type { Hooks } from "@earlyboot/earlyboot";
     import { word } from "./words.ts";
     const tell: Hooks["before"] = { mount: (boot) => console.log("hook", word, lastValue(boot.commandLine, "root")) };
     export { tell as before, tell as after };`,
  );

  const guest = await bootGuest({
    image: await testImage({ hooks }),
    disks: [{ file: root }],
    commandLine: "root=LABEL=earlyboot-root",
  });
  const console = await guest.ended();

  expect(console.match(/hook of mine LABEL=earlyboot-root/g)).toHaveLength(2);
});
