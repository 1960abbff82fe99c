/** One thing that was looked at. */
export interface Finding {
  /** `problem`: an image would not be built or would not boot; `warning`: something will be missing. */
  readonly level: "ok" | "warning" | "problem";
  /** What was looked at: `kernel: CONFIG_DEVTMPFS`. */
  readonly subject: string;
  /** What was seen, and what to do about it. */
  readonly text: string;
}
