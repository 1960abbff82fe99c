import { consoleLog } from "./console-log.js";

/** After a run of boot tests: one table of them all. */
export default class BootTable {
  onRunComplete(_contexts, { testResults }) {
    const boots = testResults
      .filter(({ testFilePath }) => testFilePath.includes("/test/boot/"))
      .flatMap((file) => file.testResults.map((test) => ({ ...test, file: file.testFilePath })));
    const ran = boots.filter(({ status, title }) => status !== "pending" || isSkipped(title));
    for (const line of table(ran.map(rowOf))) console.log(line);
  }
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
