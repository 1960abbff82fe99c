import { DefaultReporter } from "@jest/reporters";

/** Jest's report of every file, then one plain line over all packages: "41 passed, 0 failed, 2 skipped". */
export default class Reporter extends DefaultReporter {
  onRunComplete(contexts, results) {
    super.onRunComplete(contexts, results);
    console.log(`\n${summary(results)}`);
  }
}

/** A file that does not even load counts as one failure; skipped tests are counted, never hidden. */
function summary(results) {
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  const skipped = results.numPendingTests + results.numTodoTests;
  return `${results.numPassedTests} passed, ${failed} failed, ${skipped} skipped`;
}
