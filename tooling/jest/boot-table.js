import { consoleLog } from "./console-log.js";

/** One table of all boot tests that ran, as lines; none where none did. */
export function bootTable({ testResults }) {
  const boots = testResults
    .filter(({ testFilePath }) => testFilePath.includes("/test/boot/"))
    .flatMap((file) => file.testResults);
  const ran = boots.filter(({ status, title }) => status !== "pending" || isSkipped(title));
  return table(ran.map(rowOf));
}

/** Left out for want of something; other pending tests were not asked for. */
function isSkipped(title) {
  return / \(skipped: .*\)$/.test(title);
}

function rowOf({ title, fullName, status, duration }) {
  const outcome = { passed: "ok", failed: "FAILED" }[status] ?? "skipped";
  const seconds = duration === undefined || duration === null ? "" : (duration / 1000).toFixed(0);
  const log = status === "failed" ? consoleLog(fullName) : "";
  return { outcome, seconds, title, log };
}

function table(rows) {
  if (rows.length === 0) return [];
  const lines = rows.flatMap(({ outcome, seconds, title, log }) => [
    `${outcome.padEnd(8)}${seconds.padStart(5)}  ${title}`,
    ...(log === "" ? [] : [`${" ".repeat(15)}its console: ${log}`]),
  ]);
  return ["", "outcome     s  boot", ...lines];
}
