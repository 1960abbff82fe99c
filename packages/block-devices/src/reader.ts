import { ShortReadError } from "./short-read-error.ts";
import type { Source } from "./source.ts";

/** How much of one device is read at most, whatever its content asks for. */
const readBudget: number = 2 * 1024 * 1024;

/** The unit in which a device is read; what one format needed is there for the next. */
const pageSize = 4096;

/** A {@link Source} that remembers what it read, never reads outside, and never more than its budget. */
export interface Reader {
  /** In bytes. */
  readonly size: number;
  readonly sectorSize: number | undefined;
  readonly isDisc: boolean;
  /**
   * The bytes at `offset`, or `undefined` when they are not all inside the device or would go beyond
   * the budget.
   *
   * @throws ShortReadError when the device ends before it should.
   */
  at(offset: number, length: number): Promise<Uint8Array | undefined>;
  /** The bytes at `offset` when they have been read already. */
  peek(offset: number, length: number): Uint8Array | undefined;
}

interface Window {
  readonly start: number;
  readonly bytes: Uint8Array;
}

/** Puts a page cache and limits in front of `source`. */
export function openReader(source: Source, budget: number = readBudget): Reader {
  const size = Number(source.size);
  const windows: Window[] = [];
  let left = budget;

  function peek(offset: number, length: number): Uint8Array | undefined {
    const window = windows.findLast(
      ({ start, bytes }) => start <= offset && offset + length <= start + bytes.length,
    );
    return window?.bytes.subarray(offset - window.start, offset - window.start + length);
  }

  async function at(offset: number, length: number): Promise<Uint8Array | undefined> {
    if (!isInside(offset, length, size)) return undefined;
    const known = peek(offset, length);
    if (known !== undefined) return known;
    const start = Math.floor(offset / pageSize) * pageSize;
    const end = Math.min(Math.ceil((offset + length) / pageSize) * pageSize, size);
    if (end - start > left) return undefined;
    left -= end - start;
    const read = await source.read(BigInt(start), end - start);
    if (read.length < end - start) throw new ShortReadError(start, end - start, read.length);
    // Whatever kind of array came, such as Node's Buffer, whose slices do not copy.
    const bytes = new Uint8Array(read.buffer, read.byteOffset, read.byteLength);
    windows.push({ start, bytes });
    return peek(offset, length);
  }

  const { sectorSize, isDisc = false } = source;
  return { size, sectorSize, isDisc, at, peek };
}

/** False also for what a hostile structure computes: fractions, negative numbers, NaN. */
function isInside(offset: number, length: number, size: number): boolean {
  return Number.isSafeInteger(offset) && offset >= 0 && length > 0 && offset + length <= size;
}
