import { expect, it } from "@jest/globals";
import type { BootReport } from "@earlyboot/initrd-init";
import { formatReport } from "../src/report/format-report.ts";
import { loadingTime } from "../src/report/loading-time.ts";
import { reportPage } from "../src/report/report-page.ts";
import { reportSvg } from "../src/report/report-svg.ts";
import { ticksUpTo, timelineOf } from "../src/report/timeline.ts";

const report: BootReport = {
  version: 1,
  earlyboot: "0.1.0",
  kernel: "6.1.0",
  host: "node",
  commandLine: { text: "root=LABEL=<b>", settings: [] },
  stages: [
    { name: "essential", start: 2000, duration: 50, outcome: "done" },
    { name: "devices", start: 2100, duration: 900, outcome: "failed", note: "not there" },
  ],
  modules: [{ name: "virtio_blk", start: 2150, duration: 20, outcome: "loaded" }],
  missingModules: [],
  devices: [{ path: "/dev/vda", time: 2300, size: "1048576", type: "ext4", label: "</script>" }],
  checks: [],
  mounts: [],
  warnings: [],
  memory: {},
  started: 1990,
  written: 3000,
  outcome: "failed",
  failure: "find the root file system",
};

it("puts everything that has a time into one line of time", () => {
  const rows = timelineOf(report);

  expect(rows.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    "kernel kernel",
    "stage essential",
    "stage devices",
    "module virtio_blk",
    "device /dev/vda",
  ]);
  expect(rows.filter(({ isBad }) => isBad).map(({ name }) => name)).toEqual(["devices"]);
});

it("says how much of the time in which modules were loaded the kernel needed", () => {
  const modules = [
    { name: "virtio", start: 100, duration: 20, outcome: "loaded" },
    { name: "crc32c_intel", start: 90, duration: 40, outcome: "loaded" },
    { name: "nothing", start: 500, duration: 0, outcome: "missing" },
    { name: "virtio_blk", start: 140, duration: 50, outcome: "loaded" },
  ];

  expect(loadingTime(modules)).toEqual({ all: 100, kernel: 90, calls: 110 });
  expect(loadingTime([])).toBeUndefined();
  const plain = (text: string) => text;
  const style = { bold: plain, dim: plain, red: plain, green: plain, yellow: plain };
  expect(formatReport({ ...report, modules }, { style })).toEqual(
    expect.arrayContaining([
      "  all in 100.0 ms, 1.11 times the 90.0 ms in which the kernel had one to load",
      "  call by call 110.0 ms; what else ran on the same processor meanwhile is in these times",
    ]),
  );
});

it.each([
  [3000, [0, 500, 1000, 1500, 2000, 2500, 3000]],
  [95, [0, 10, 20, 30, 40, 50, 60, 70, 80, 90]],
])("divides an axis of %d ms at round times", (end, ticks) => {
  expect(ticksUpTo(end)).toEqual(ticks);
});

it.each([
  ["page", reportPage],
  ["picture", reportSvg],
])("keeps text from disks from becoming part of the %s itself", (_, render) => {
  const text = render(report);

  expect(text).not.toContain("<b>");
  expect(text).not.toContain("label: </script>");
  expect(text.match(/<\/script>/g)?.length ?? 0).toBeLessThan(2);
});

it("asks for nothing from outside", () => {
  expect(reportPage(report).replaceAll("http://www.w3.org/2000/svg", "")).not.toMatch(
    /https?:|src=|@import|url\(/,
  );
});
