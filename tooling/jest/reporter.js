import { DefaultReporter } from "@jest/reporters";
import { bootTable } from "./boot-table.js";

/**
 * Jest's report of every file, the table of boots, and last one plain line over all packages: "41 passed,
 * 0 failed, 2 skipped".
 */
export default class Reporter extends DefaultReporter {
  onRunComplete(contexts, results) {
    super.onRunComplete(contexts, results);
    for (const line of [...bootTable(results), "", summary(results)]) console.log(line);
  }
}

/** A file that does not even load counts as one failure; skipped tests are counted, never hidden. */
function summary(results) {
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  const skipped = results.numPendingTests + results.numTodoTests;
  return `${results.numPassedTests} passed, ${failed} failed, ${skipped} skipped`;
}
