import { expect, it } from "@jest/globals";
import * as fc from "fast-check";

import { matchesPattern } from "@earlyboot/kernel-modules";

it.each([
  ["virtio:d00000002v*", "virtio:d00000002v00001AF4", true],
  ["virtio:d00000002v*", "virtio:d00000003v00001AF4", false],
  ["virtio:d00000002v*", "virtio:d00000002v", true],
  ["acpi*:PNP0C09:*", "acpi:PNP0C09:PNP0A03:", true],
  ["acpi*:PNP0C09:*", "acpi:PNP0C08:", false],
  ["usb:v0ED1p6660d0[1-2]*dc*", "usb:v0ED1p6660d0200dc00", true],
  ["usb:v0ED1p6660d0[1-2]*dc*", "usb:v0ED1p6660d0300dc00", false],
  ["a[!b-d]e", "aae", true],
  ["a[^b-d]e", "ace", false],
  ["a[]]e", "a]e", true],
  ["a[b-]e", "a-e", true],
  ["a[b", "a[b", true],
  ["a[b\\]]e", "a]e", true],
  ["a[b\\]]e", "a\\e", false],
  ["a[\\!-\\^]e", "a]e", true],
  ["a[b\\]e", "abe", false],
  ["a[b-", "a[b-", true],
  ["a[!", "a[!", true],
  ["a?c", "abc", true],
  ["a?c", "ac", false],
  ["a\\*c", "a*c", true],
  ["a\\*c", "abc", false],
  ["*", "", true],
  ["", "", true],
  ["", "a", false],
  ["*a*b*a*", "xbaxaxxbx", false],
] as const)("%s against %s: %s", (pattern, text, matches) => {
  expect(matchesPattern(pattern, text)).toBe(matches);
});

it("agrees with a regular expression that says the same", () => {
  const piece = fc.constantFrom("*", "?", "[a-b]", "[!a]", "\\*", "a", "b", "-");
  const letters = fc.array(fc.constantFrom("a", "b", "c", "*", "-")).map((all) => all.join(""));

  fc.assert(
    fc.property(fc.array(piece), letters, (pieces, text) => {
      const expression = pieces.map((each) => meaning[each] ?? each).join("");
      const expected = new RegExp(`^${expression}$`, "s").test(text);
      expect(matchesPattern(pieces.join(""), text)).toBe(expected);
    }),
  );
});

const meaning: Readonly<Record<string, string>> = { "*": ".*", "?": ".", "[!a]": "[^a]" };

it("takes no longer than the product of the lengths", () => {
  const pattern = `${"*a".repeat(200)}b`;

  expect(matchesPattern(pattern, "a".repeat(20_000))).toBe(false);
});
