import { describe, expect, it } from "@jest/globals";
import { parseCommandLine } from "@earlyboot/cmdline";

/** `name` or `name=value` of each parameter, and the arguments of init after `--`. */
function read(text: string): readonly string[] {
  const { parameters, initArguments } = parseCommandLine(text);
  const words = parameters.map(({ name, value }) =>
    value === undefined ? `[${name}]` : `[${name}]=[${value}]`,
  );
  return initArguments.length === 0 ? words : [...words, "--", ...initArguments];
}

describe("parseCommandLine", () => {
  it.each([
    ["", []],
    ["   \n", []],
    ["quiet", ["[quiet]"]],
    ["quiet\n", ["[quiet]"]],
    ["  a \t b\n\v\f\rc  ", ["[a]", "[b]", "[c]"]],
    ["root=/dev/vda1 rw", ["[root]=[/dev/vda1]", "[rw]"]],
    ["a=", ["[a]=[]"]],
    ["a=b=c", ["[a]=[b=c]"]],
    ["=", ["[=]"]],
    ["=a", ["[=a]"]],
    ["=a=b", ["[=a]=[b]"]],
    ["a-b=1 a_b=2", ["[a-b]=[1]", "[a_b]=[2]"]],
  ])("reads %j", (text, words) => {
    expect(read(text)).toEqual(words);
  });

  it.each([
    ['a="b c" d', ["[a]=[b c]", "[d]"]],
    ['"a=b c" d', ["[a]=[b c]", "[d]"]],
    ['"a b" c', ["[a b]", "[c]"]],
    ['a=b"c d"e', ['[a]=[b"c d"e]']],
    ['a=b" "', ['[a]=[b" "]']],
    ['a="b c"d', ['[a]=[b c"d]']],
    ['a=""', ["[a]=[]"]],
    ['a="', ["[a]=[]"]],
    ['""', ["[]"]],
    ['"', ["[]"]],
    ['"a="b c""', ["[a]=[b]", '[c""]']],
    ['a="b\\" c"', ["[a]=[b\\]", '[c"]']],
    ["a='b c'", ["[a]=['b]", "[c']"]],
    ['a"b c"=d', ['[a"b c"]=[d]']],
  ])("takes quotes off as the kernel does: %j", (text, words) => {
    expect(read(text)).toEqual(words);
  });

  it.each([
    ['a="b c', ["[a]=[b c]"]],
    ['"a b -- c', ["[a b -- c]"]],
    ['a=b" c\n', ['[a]=[b" c\n]']],
  ])("lets a quote that is never closed reach to the end: %j", (text, words) => {
    expect(read(text)).toEqual(words);
  });

  it.each([
    ["a -- b c=d", ["[a]", "--", "b", "c=d"]],
    ["-- b", ["--", "b"]],
    ["a --", ["[a]"]],
    ["a --b", ["[a]", "[--b]"]],
    ["a --=b c", ["[a]", "[--]=[b]", "[c]"]],
    ['a "--" b', ["[a]", "--", "b"]],
    ['a -- "b c" d="e f"', ["[a]", "--", "b c", "d=e f"]],
    ["a -- b -- c", ["[a]", "--", "b"]],
  ])("gives init what follows --, up to another one: %j", (text, words) => {
    expect(read(text)).toEqual(words);
  });

  it("ends at a NUL, as the kernel's text does", () => {
    expect(read("a b\0c -- d")).toEqual(["[a]", "[b]"]);
  });

  it("keeps letters of any script whole, but takes a no-break space for a blank", () => {
    expect(read("label=Šumava à\u00a0漢字=😀")).toEqual(["[label]=[Šumava]", "[à]", "[漢字]=[😀]"]);
  });

  it("keeps the text as it was given", () => {
    expect(parseCommandLine(" a\n").text).toBe(" a\n");
  });

  it("reads lines that are longer than the kernel's own limit", () => {
    const text = `${"a".repeat(5000)}=${"b".repeat(100_000)}`;

    expect(parseCommandLine(text).parameters[0]?.value).toHaveLength(100_000);
  });

  it.each([
    ["words", "quiet "],
    ["blanks", " \t"],
    ["quotes", '"'],
    ["quoted words", '"a b" '],
    ["equals signs", "="],
    ["dashes", "-- "],
  ])("takes time in proportion to the text, for %s", (_, part) => {
    const time = (length: number): number => {
      const text = part.repeat(length / part.length);
      const times = Array.from({ length: 5 }, () => {
        const begin = process.cpuUsage();
        parseCommandLine(text);
        return process.cpuUsage(begin).user;
      });
      return Math.min(...times);
    };

    // A mebibyte takes about ten milliseconds; were the time quadratic, sixteen times the text took 256 times.
    expect(time(1 << 20)).toBeLessThan(100 * (time(1 << 16) + 1000));
  });
});
