/** How far a checker has come. */
export interface CheckProgress {
  readonly device: string;
  /** The pass of the check, from 1. */
  readonly pass: number;
  /** Of the whole check, from 0 to 100; never less than before. */
  readonly percent: number;
}

/** Where each of e2fsck's five passes ends, in percent of the whole, as e2fsck(8) itself shows it. */
const passEnds = [0, 70, 90, 92, 95, 100];

/** A line is shorter; what is longer is none, and must not fill the memory. */
const longestLine = 4096;

/**
 * Reads the lines that e2fsck(8) writes for `-C`: `PASS CURRENT MAXIMUM DEVICE`. Gives a function that
 * takes their bytes as they come, in pieces of any size, and tells what each line means.
 */
export function readProgress(
  device: string,
  onProgress: (progress: CheckProgress) => void,
): (chunk: Uint8Array) => void {
  const decoder = new TextDecoder();
  let rest = "";
  let percent = 0;
  return (chunk) => {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = (lines.pop() ?? "").slice(0, longestLine);
    for (const line of lines) {
      const [pass = 0, current = 0, maximum = 0] = line.split(" ", 3).map(Number);
      const [start, end] = [passEnds[pass - 1], passEnds[pass]];
      if (start === undefined || end === undefined || !(maximum > 0)) continue;
      const share = Math.min(Math.max(current / maximum, 0), 1);
      percent = Math.max(percent, start + (end - start) * share);
      onProgress({ device, pass, percent });
    }
  };
}
