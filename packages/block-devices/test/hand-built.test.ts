import { expect, it } from "@jest/globals";
import { identify } from "@earlyboot/block-devices";
import { handBuiltImages } from "./hand-built-images.ts";
import { sourceOf } from "./recorded-images.ts";

it.each(handBuiltImages)("identify knows $name", async ({ expected, ...image }) => {
  const source = sourceOf(image);

  expect(await identify(source)).toMatchObject(expected);
  expect(source.bytes).toBeLessThanOrEqual(300 * 1024);
});
