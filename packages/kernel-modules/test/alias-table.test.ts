import { expect, it } from "@jest/globals";
import * as fc from "fast-check";

import { matchesPattern, parseAliases } from "@earlyboot/kernel-modules";

/** What makes a table a long one without adding an alias. */
const filling = `${"#".repeat(20_000)}\n`;
const tables = [
  ["a short table", ""],
  ["a long table", filling],
] as const;

it.each(tables)("gives every module of %s whose pattern fits, once, in its order", (_, before) => {
  const table = parseAliases(
    before +
      [
        "# Aliases extracted from modules themselves.",
        "alias usb:v*p*d*dc*dsc*dp*ic08isc06ip50in* usb_storage",
        "alias usb:v*p*d*dc*dsc*dp*ic08isc06ip62in* uas",
        "alias usb:v*p*d*dc*dsc*dp*ic08isc*ip*in* any_storage",
        "alias usb:v0781p*d*dc*dsc*dp*ic08isc06ip50in* usb_storage",
        "",
      ].join("\n"),
  );

  const found = table.match("usb:v0781p5581d0100dc00dsc00dp00ic08isc06ip50in00");

  expect(found).toEqual(["usb_storage", "any_storage"]);
});

it.each(tables)("takes - for _ on both sides in %s, but not within brackets", (_, before) => {
  const table = parseAliases(before + "alias fs-my-type one\nalias usb:v0d0[1-3]* two\n");

  expect(table.match("fs_my-type")).toEqual(["one"]);
  expect(table.match("usb:v0d02")).toEqual(["two"]);
  expect(table.match("usb:v0d0_")).toEqual([]);
});

it("is empty without lines", () => {
  expect(parseAliases("").match("pci:v0")).toEqual([]);
  expect(parseAliases("alias pci:v0* one").match("pci:v0")).toEqual(["one"]);
});

it.each(tables)("finds in %s what a comparison with every pattern finds", (_, before) => {
  const piece = fc.constantFrom("*", "?", "[a-b]", "a", "bb", "abcabc", "ccccccccc");
  const pattern = fc.array(piece, { minLength: 1 }).map((pieces) => pieces.join(""));
  const alias = fc
    .array(fc.constantFrom("a", "b", "abcabc", "ccccccccc"))
    .map((pieces) => pieces.join(""));

  fc.assert(
    fc.property(fc.array(pattern, { maxLength: 30 }), alias, (patterns, name) => {
      const lines = patterns.map((each, n) => `alias ${each} m${n}\n`);
      const table = parseAliases(before + lines.join(""));
      const expected = patterns.flatMap((each, n) => (matchesPattern(each, name) ? [`m${n}`] : []));
      expect(table.match(name)).toEqual(expected);
    }),
    { numRuns: 1000 },
  );
});
