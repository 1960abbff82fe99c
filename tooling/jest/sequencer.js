import BaseSequencer from "@jest/test-sequencer";

/**
 * The longest first, so that no processor is idle at the end. Where no earlier run told how long a file takes,
 * Jest goes by its size; but boot tests take the longest, and their files are short tables.
 */
export default class Sequencer extends BaseSequencer {
  sort(tests) {
    // eslint-disable-next-line unicorn/no-array-sort -- no array's method, but Jest's
    return super.sort(tests).toSorted((one, other) => rank(one) - rank(other));
  }
}

/** Parts of paths, from those of the longest tests on. */
const kinds = ["/test/boot/", "/consumers/", "/test/fault/", "/test/kernel/"];

function rank({ path }) {
  const place = kinds.findIndex((kind) => path.includes(kind));
  return place === -1 ? kinds.length : place;
}
