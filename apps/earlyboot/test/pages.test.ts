import { mkdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readImage, writeCpio } from "@earlyboot/initrd-image";
import type { BootReport } from "@earlyboot/initrd-init";
import { describe, expect, it } from "@jest/globals";
import { imagePage } from "../src/inspect/image-page.ts";
import { reportPage } from "../src/report/report-page.ts";
import { reportSvg } from "../src/report/report-svg.ts";
import { type View, hasChromium, withPage } from "./support/chromium.ts";

/** For those who want to look: pictures of all pages are kept here. */
const pictures = join(tmpdir(), "earlyboot-pages");
mkdirSync(pictures, { recursive: true });

const itSeen = hasChromium() ? it : it.skip;
const skipped = hasChromium() ? "" : " (skipped: needs chromium)";

const bootReport: BootReport = JSON.parse(
  readFileSync(new URL("fixtures/report-debian-12-qemu.json", import.meta.url), "utf8"),
);

const failedReport: BootReport = {
  ...bootReport,
  outcome: "failed",
  failure: "find the root file system: LABEL=</script><b> is not there",
  stages: bootReport.stages.map((stage) =>
    stage.name === "devices" ? { ...stage, outcome: "failed", note: "x".repeat(300) } : stage,
  ),
  missingModules: [{ name: `pci:v00001AF4${"d0000".repeat(20)}`, device: "/devices/pci" }],
  warnings: ["a warning ".repeat(40)],
};

const file = (path: string, size: number) =>
  ({ path, kind: "file", mode: 0o644, content: new Uint8Array(size) }) as const;

async function smallImagePage(): Promise<string> {
  const modules = Array.from({ length: 40 }, (_, index) =>
    file(`lib/modules/6.1.0/kernel/drivers/module-with-a-name-${index}.ko`, 20_000 + index * 3000),
  );
  const image = writeCpio([
    file("bin/node", 40_000_000),
    file("lib/</script><b>.so", 2_000_000),
    file("etc/empty", 0),
    ...modules,
  ]);
  return imagePage(await readImage(image), "initrd.img");
}

const pages: Readonly<Record<string, () => string | Promise<string>>> = {
  report: () => reportPage(bootReport),
  "failed report": () => reportPage(failedReport),
  image: smallImagePage,
  svg: () => `<!doctype html><title>boot</title><body>${reportSvg(bootReport)}`,
};

const views: Readonly<Record<string, View>> = {
  "on a desk": { width: 1280, height: 900, scheme: "light" },
  "in the dark": { width: 1280, height: 900, scheme: "dark" },
  "on a phone": { width: 390, height: 844, scheme: "light" },
};

/** The least contrast of any text with what is behind it, as the Web Content Accessibility Guidelines count it. */
const leastContrast = `(() => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (rgb) => rgb.slice(0, 3).map((value) => value / 255)
    .map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
    .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0);
  const behind = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const colour = channels(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let least = [Infinity, ""];
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement;
    if (node.data.trim() === "" || element.closest("script, style, svg, noscript")) continue;
    const [one, other] = [light(channels(getComputedStyle(element).color)), light(behind(element))];
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (contrast < least[0]) least = [contrast, node.data];
  }
  return least[0];
})()`;

describe.each(Object.entries(pages))("the page %s", (name, makePage) => {
  itSeen.each(Object.entries(views))(
    `is whole %s: nothing sticks out, all can be read, nothing is asked of the network${skipped}`,
    async (how, view) => {
      await withPage(await makePage(), view, async (page) => {
        await page.screenshot(join(pictures, `${name} ${how}.png`));

        expect(page.complaints).toEqual([]);
        const wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
        expect(wide).toBeLessThanOrEqual(0);
        if (name !== "svg") expect(await page.evaluate(leastContrast)).toBeGreaterThanOrEqual(4.5);
      });
    },
  );
});

const desk: View = { width: 1280, height: 900, scheme: "light" };

itSeen(`sorts a table by a key, forth and back, numbers by their size${skipped}`, async () => {
  await withPage(reportPage(bootReport), desk, async (page) => {
    const durations = `[...document.querySelector("table").tBodies[0].rows].map((row) => Number(row.cells[3].dataset.value))`;
    await page.evaluate(
      'document.querySelectorAll("table")[0].querySelectorAll("th button")[3].focus()',
    );

    await page.press("Enter");
    const [up, state] = [
      await page.evaluate(durations),
      await page.evaluate('document.querySelectorAll("th")[3].getAttribute("aria-sort")'),
    ];
    await page.press("Enter");
    const down = await page.evaluate(durations);

    expect(up).toEqual((Array.isArray(up) ? up : []).toSorted((one, other) => one - other));
    expect(state).toBe("ascending");
    expect(down).toEqual((Array.isArray(up) ? up : []).toReversed());
  });
});

itSeen(`zooms the line of time${skipped}`, async () => {
  await withPage(reportPage(bootReport), desk, async (page) => {
    const width = 'document.getElementById("line").offsetWidth';
    const before = Number(await page.evaluate(width));

    await page.evaluate('zoom.value = 10; zoom.dispatchEvent(new Event("input"))');

    expect(await page.evaluate(width)).toBeCloseTo(before * 10, -2);
  });
});

itSeen(`goes into a box of the map and out again, by keys${skipped}`, async () => {
  await withPage(await smallImagePage(), desk, async (page) => {
    const names =
      '[...map.querySelectorAll("button")].map((one) => one.getAttribute("aria-label"))';
    const all = await page.evaluate(names);
    await page.evaluate(`map.querySelector('[aria-label^="/lib:"]').focus()`);

    await page.press("Enter");
    const inside = await page.evaluate(names);
    await page.evaluate('document.querySelector("#where button").focus()');
    await page.press("Enter");

    expect(inside).toContainEqual(expect.stringMatching(/^\/lib\/<\/script><b>.so: 2.0 MB, \d/));
    expect(inside).not.toContainEqual(expect.stringContaining("/bin"));
    expect(await page.evaluate(names)).toEqual(all);
  });
});

itSeen(`draws boxes whose areas are as their sizes${skipped}`, async () => {
  await withPage(await smallImagePage(), desk, async (page) => {
    const shares = await page.evaluate(`["bin", "lib"]
      .map((name) => map.querySelector('[aria-label^="/' + name + ':"]'))
      .map((one) => one.offsetWidth * one.offsetHeight / (map.clientWidth * map.clientHeight))`);

    expect(shares).toEqual([expect.closeTo(0.88, 1), expect.closeTo(0.11, 1)]);
  });
});
