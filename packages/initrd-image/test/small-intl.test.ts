import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { errorCode } from "@earlyboot/linux-syscalls";
import { planImage } from "@earlyboot/initrd-image";
import { describe, expect, it } from "@jest/globals";
import * as fc from "fast-check";
import { dataObjects, withRanges } from "../dist/elf.js";
import { type IcuData, readIcuData, writeIcuData } from "../dist/icu-data.js";
import { smallIcuData } from "../dist/small-icu.js";
import { withSmallIntl } from "../dist/small-intl.js";
import { type RunnableNode, itWithNode } from "./support/nodes.ts";
import { smallOptions } from "./support/small-image.ts";
import { collect, temporaryDirectories } from "./support/tools.ts";

const temporaryDirectory = temporaryDirectories();

function rangesOf(bytes: Buffer) {
  return (offset: number, size: number) => bytes.subarray(offset, offset + size);
}

/** What stands before a package's table of contents. */
const header = Buffer.alloc(32);
header.writeUInt16LE(32, 0);
header.writeUInt16BE(0xda27, 2);
header.write("CmnD", 12);
header.writeUInt8(1, 16);

function packageOf(items: readonly (readonly [name: string, content: Buffer])[]): Buffer {
  return writeIcuData({
    header,
    items: items.map(([name, content]) => ({ name, content: () => content })),
  });
}

function contentsOf({ items }: IcuData): readonly (readonly [string, Buffer])[] {
  return items.map(({ name, content }) => [name, content()]);
}

describe("a package of ICU's data", () => {
  it("is read as it was written", () => {
    const names = fc.uniqueArray(fc.stringMatching(/^icudt78l\/[a-z]{1,9}$/), { minLength: 1 });
    const contents = fc.uint8Array({ maxLength: 99 });

    fc.assert(
      fc.property(names, contents, (unsorted, content) => {
        const items = unsorted.toSorted().map((name, index) => {
          const own = Buffer.from([...content, index]);
          return [name, Buffer.concat([own, Buffer.alloc(-own.length & 15)])] as const;
        });
        const written = packageOf(items);

        const data = readIcuData(rangesOf(written), written.length);

        expect(contentsOf(data)).toEqual(items);
        expect(writeIcuData(data)).toEqual(written);
      }),
    );
  });
});

/** All that of ICU a boot program may use, in English; it reads its own output in both Nodes. */
const english = `
const day = new Date(Date.UTC(2026, 10, 22, 1, 2, 3));
const zones = ["UTC", "Europe/Paris", "Asia/Kolkata", "America/St_Johns", "Pacific/Apia"];
const texts = [process.versions.unicode, process.versions.cldr, process.versions.tz, day.toLocaleString(), (1234.5).toLocaleString()];
for (const locale of ["en", "en-GB", "en-IN"]) {
  for (const timeZone of zones) for (const style of ["full", "short"])
    texts.push(new Intl.DateTimeFormat(locale, { dateStyle: style, timeStyle: style, timeZone }).format(day));
  for (const calendar of ["buddhist", "chinese", "hebrew", "islamic-umalqura", "japanese"])
    texts.push(new Intl.DateTimeFormat(locale, { dateStyle: "full", calendar }).format(day));
  for (const options of [{ style: "currency", currency: "EUR" }, { style: "unit", unit: "megabyte", unitDisplay: "long" }, { notation: "compact" }])
    texts.push(new Intl.NumberFormat(locale, options).format(1234567.8));
  for (const type of ["language", "region", "script", "currency"])
    texts.push(...["de", "DE", "Latn", "EUR"].map((code) => { try { return new Intl.DisplayNames(locale, { type }).of(code); } catch (error) { return error.name; } }));
  for (const granularity of ["grapheme", "word", "sentence"])
    texts.push(...Array.from(new Intl.Segmenter(locale, { granularity }).segment("It is 3.5 o'clock. 👨‍👩‍👧 naïve"), ({ segment }) => segment));
  texts.push(["ä", "z", "a", "Z", "1", "10", "2"].sort(new Intl.Collator(locale, { numeric: true }).compare));
  texts.push(new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(-1, "day"), new Intl.ListFormat(locale).format(["a", "b"]), new Intl.PluralRules(locale, { type: "ordinal" }).select(22));
  texts.push(["ä", "z", "a"].sort((one, other) => one.localeCompare(other, locale)), new Intl.Locale(locale).maximize().toString());
}
for (const form of ["NFC", "NFD", "NFKC", "NFKD"]) texts.push("ﬁ Å é ｶﾞ 각".normalize(form));
texts.push(/^\\p{Script=Greek}\\p{Lu}?$/u.test("α"), /^\\p{RGI_Emoji}$/v.test("👍🏽"), /ſ/iu.test("S"), "straße ǆ".toUpperCase(), "ΑΣ".toLowerCase());
texts.push(new URL("http://münchen.de/").href, require("node:url").domainToUnicode("xn--espaol-zwa.com"));
const bytes = Uint8Array.from({ length: 190 }, (_, index) => index + 32);
for (const label of ["utf-8", "utf-16le", "utf-16be", "latin1", "windows-1251", "koi8-r", "iso-8859-2", "ibm866", "macintosh"]) texts.push(new TextDecoder(label).decode(bytes));
console.log(JSON.stringify(texts));
`;

/** What is left out: no failure but where nothing else can be. */
const other = `
const attempt = (work) => { try { return work(); } catch (error) { return error.name; } };
console.log(JSON.stringify([
  Intl.DateTimeFormat.supportedLocalesOf(["de", "zh-Hant", "en-GB"]),
  new Intl.NumberFormat("de").format(1234.5),
  new Intl.DateTimeFormat("ja", { dateStyle: "long", timeZone: "Asia/Tokyo" }).format(0),
  Array.from(new Intl.Segmenter("th", { granularity: "word" }).segment("ภาษาไทย"), ({ segment }) => segment).join(""),
  ["b", "a"].sort(new Intl.Collator("sv").compare).join(""),
  "istanbul".toLocaleUpperCase("tr"),
  attempt(() => new TextDecoder("gbk").encoding),
  attempt(() => new TextDecoder("shift_jis").encoding),
]));
`;

function resultOf(node: string, { emulator }: RunnableNode, script: string): unknown {
  const [program, ...before] = [...emulator, node];
  const { NODE_OPTIONS: _, LANG: _lang, LC_ALL: _all, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(program, [...before, "-e", script], {
    encoding: "utf8",
    env: { ...env, TZ: "UTC" },
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return JSON.parse(stdout);
}

describe.each(["x64", "arm64"] as const)("the small Node for %s", (architecture) => {
  itWithNode(architecture, "says in English what the whole one says", async (runnable) => {
    const file = join(temporaryDirectory(), "node");
    const small = withSmallIntl(runnable.node);

    const bytes = await collect(small.stream());
    writeFileSync(file, bytes, { mode: 0o755 });

    expect(bytes).toHaveLength(small.size);
    expect(resultOf(file, runnable, english)).toEqual(resultOf(runnable.node, runnable, english));
    expect(resultOf(file, runnable, other)).toEqual([
      ["en-GB"],
      "1,234.5",
      "January 1, 1970",
      "ภาษาไทย",
      "ab",
      "İSTANBUL",
      "RangeError",
      "RangeError",
    ]);
  });

  itWithNode(
    architecture,
    "has data of ICU which are refused, not believed, when they are damaged",
    ({ node }) => {
      const [object] = dataObjects(node, (name) => name.startsWith("icudt")).values();
      const { offset = 0, size = 0 } = object ?? {};
      const data = withRanges(node, (read) =>
        smallIcuData((at, length) => read(offset + at, length), size),
      );
      const again = (bytes: Buffer): string | undefined => {
        try {
          smallIcuData(rangesOf(bytes), bytes.length);
          return "fits";
        } catch (error) {
          return errorCode(error);
        }
      };
      const frontSize = 40_000;

      expect(again(data)).toBe("fits");
      expect(again(data.subarray(0, 100_000))).toBe("bad-icu");
      fc.assert(
        fc.property(fc.nat(frontSize), fc.nat(255), (at, value) => {
          const before = data[at] ?? 0;
          data[at] = value;
          const outcome = again(data);
          data[at] = before;
          expect(outcome).toMatch(/^(fits|bad-icu)$/);
        }),
      );
    },
  );
});

describe("planImage", () => {
  it("takes a Node whole whose data of ICU it does not find, and says so", () => {
    const options = smallOptions(temporaryDirectory());

    const { entries, warnings } = planImage({
      ...options,
      runtime: { ...options.runtime, intl: "small" },
    });

    expect(entries.find(({ path }) => path === "/bin/node")).toMatchObject({
      source: { kind: "stripped" },
    });
    expect(warnings).toEqual([
      expect.stringMatching(/^sh comes along with all its languages .*\/bin\/sh has none/),
    ]);
  });

  it("takes it whole without a word where all languages are wanted", () => {
    const { entries, warnings } = planImage(smallOptions(temporaryDirectory()));

    expect(entries.find(({ path }) => path === "/bin/node")).toMatchObject({
      source: { kind: "stripped" },
    });
    expect(warnings).toEqual([]);
  });
});
