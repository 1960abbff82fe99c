import { describe, expect, it } from "@jest/globals";
import {
  formatCommandLine,
  formatParameter,
  parseCommandLine,
  type Parameter,
} from "@earlyboot/cmdline";
import * as fc from "fast-check";

function counterexample<Case>(property: fc.IProperty<Case>): string | undefined {
  const details = fc.check(property, { numRuns: 20_000 });
  return details.failed ? fc.defaultReportMessage(details) : undefined;
}

/** Whether a command line is the same after it is written and read. */
function survives(text: string): boolean {
  const { parameters, initArguments } = parseCommandLine(text);
  const again = parseCommandLine(formatCommandLine({ parameters, initArguments }));
  return (
    JSON.stringify([parameters, initArguments]) ===
    JSON.stringify([again.parameters, again.initArguments])
  );
}

const letter = fc.constantFrom(...Array.from('ab"= -_.à\u00a0\n'), '"', '="', " -- ");

describe("formatCommandLine", () => {
  it.each([
    ["quiet", "quiet"],
    [" quiet  root=/dev/vda1\n", "quiet root=/dev/vda1"],
    ['"a=b c"', 'a="b c"'],
    ['a="b"', "a=b"],
    ['"a b"', '"a b"'],
    ['a=b"c d"e', 'a=b"c d"e'],
    ["a -- b 'c d'", "a -- b 'c d'"],
    ['a -- "b c" d="e f"', 'a -- "b c" d="e f"'],
    ["a --", "a"],
    ['""', '""'],
    ['a="b c', 'a="b c"'],
    ['a="b "c d', 'a="b "c d'],
    ['a=b" c', 'a=b" c'],
  ])("writes %j as %j", (text, written) => {
    expect(formatCommandLine(parseCommandLine(text))).toBe(written);
  });

  it("quotes letters in which the kernel, which reads bytes, would find a blank", () => {
    expect(formatCommandLine(parseCommandLine("a=à b=é c=Š d=漢 e=Р"))).toBe(
      'a="à" b=é c="Š" d=漢 e="Р"',
    );
  });

  it("writes every line that can be read so that it is read as the same", () => {
    const tricky = fc.array(letter, { maxLength: 16 }).map((letters) => letters.join(""));
    const text = fc.oneof(
      tricky,
      fc.string({ unit: "grapheme-ascii", maxLength: 40 }),
      fc.string(),
    );

    expect(counterexample(fc.property(text, survives))).toBeUndefined();
  });

  it("writes any plain parameters and arguments so that they are read as the same", () => {
    const word = fc.stringMatching(/^[^\s\xa0\0="-][^\s\xa0\0="]*$/, { maxLength: 8 });
    const value = fc.string({ maxLength: 8 }).map((text) => text.replaceAll(/["\0]/g, "'"));
    const parameter: fc.Arbitrary<Parameter> = fc.oneof(
      word.map((name) => ({ name })),
      fc.record({ name: word, value }),
      fc.record({ name: value.map((text) => `${text.replaceAll("=", "-")} x`), value }),
    );
    const line = fc.record({
      parameters: fc.array(parameter, { maxLength: 5 }),
      initArguments: fc.array(
        fc.oneof(
          word,
          value.filter((text) => text !== "--"),
        ),
        { maxLength: 3 },
      ),
    });

    expect(
      counterexample(
        fc.property(line, ({ parameters, initArguments }) => {
          const again = parseCommandLine(formatCommandLine({ parameters, initArguments }));
          return (
            JSON.stringify([again.parameters, again.initArguments]) ===
            JSON.stringify([parameters, initArguments])
          );
        }),
      ),
    ).toBeUndefined();
  });

  it.each<[string, Parameter]>([
    ["a NUL", { name: "a", value: "b\0c" }],
    ["an equals sign in a name", { name: "a=b", value: "c" }],
    ["a quote between two blanks", { name: "a", value: 'b "c d' }],
    ["the word --", { name: "--" }],
  ])("refuses %s", (_, parameter) => {
    const line = { parameters: [parameter, { name: "last" }], initArguments: [] };

    expect(() => formatCommandLine(line)).toThrow(
      expect.objectContaining({ code: "UNWRITABLE_PARAMETER", parameter }),
    );
  });

  it("refuses an argument -- of init, which would end the arguments", () => {
    expect(() => formatCommandLine({ parameters: [], initArguments: ["--", "a"] })).toThrow(
      /no kernel command line can say "--"/,
    );
  });
});

describe("formatParameter", () => {
  it("writes one parameter", () => {
    expect(formatParameter({ name: "options", value: "a b" })).toBe('options="a b"');
  });
});
