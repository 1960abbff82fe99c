import { describe, expect, it } from "@jest/globals";
import * as fc from "fast-check";
import { nearestWord, printable } from "@earlyboot/linux-syscalls";

describe("printable", () => {
  it.each([
    ["plain text, ünïcödé 🙂", "plain text, ünïcödé 🙂"],
    ["bell\u0007 and \u001b[31mred", "bell\\x07 and \\x1b[31mred"],
    ["two\nlines\ttab\r", "two\\x0alines\\x09tab\\x0d"],
    ["back\\slash", "back\\\\slash"],
    ["right \u202eleft", "right \\u{202e}left"],
    ["next\u0085line \u2028", "next\\x85line \\u{2028}"],
    ["lone \ud800", "lone \\u{d800}"],
    ["\u007f\ufeff", "\\x7f\\u{feff}"],
    ["", ""],
  ])("shows %j as %j", (text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it("leaves nothing that moves a cursor, whatever it is given", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(printable(text)).not.toMatch(/\p{Control}|[\u202a-\u202e\u2066-\u2069]/u);
      }),
    );
  });

  it("shows different texts differently", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (a, b) => {
        expect(printable(a) === printable(b)).toBe(a === b);
      }),
    );
  });
});

describe("nearestWord", () => {
  const words = ["rootwait", "rootdelay", "rootflags", "quiet", "debug"];

  it.each([
    ["rootwiat", "rootwait"],
    ["rootflag", "rootflags"],
    ["QUIET", "quiet"],
    ["quite", "quiet"],
    ["debag", "debug"],
    ["rotdelay", "rootdelay"],
    ["panic", undefined],
    ["", undefined],
    ["x", undefined],
  ])("of %j is %p", (word, nearest) => {
    expect(nearestWord(word, words)).toBe(nearest);
  });

  it("is the word itself when it is among them", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1 }), { minLength: 1 }), fc.nat(), (all, n) => {
        const word = all[n % all.length] ?? "";

        expect(nearestWord(word, all)?.toLowerCase()).toBe(word.toLowerCase());
      }),
    );
  });

  it("is none where there are no words", () => {
    expect(nearestWord("quiet", [])).toBeUndefined();
  });
});
