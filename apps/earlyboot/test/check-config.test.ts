import { readFileSync } from "node:fs";
import { expect, it } from "@jest/globals";
import { checkConfig } from "../src/config/check-config.ts";
import { configSchema } from "../src/config/config-schema.ts";

it("takes a configuration as it is", () => {
  const config = { modules: ["virtio_blk"], root: { device: "LABEL=system" }, compression: "lz4" };

  expect(checkConfig(config, "earlyboot.config.json")).toBe(config);
});

it.each([
  [{ moduels: "auto" }, 'unknown key "moduels" (did you mean "modules"?)'],
  [
    { root: { devise: "LABEL=a", device: "b" } },
    'root: unknown key "devise" (did you mean "device"?)',
  ],
  [{ compression: "zip" }, 'compression: "zip" is not one of zstd, lz4, gzip, xz, none'],
  [{ root: {} }, "root: must have required property 'device'"],
  [{ timeout: -1 }, "timeout: must be >= 0"],
  ["text", "must be object"],
])("refuses %j and says why", (value, words) => {
  expect(() => checkConfig(value, "earlyboot.config.json")).toThrow(words);
});

it("checks by the schema that the package gives to editors", async () => {
  const file = new URL(import.meta.resolve("@earlyboot/earlyboot/config.schema.json"));

  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(configSchema);
});
