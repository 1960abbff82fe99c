import type { Location } from "./declaration-error.ts";

/**
 * Notes where the caller of `callee` is, and gives a function that tells: what costs time is left for when
 * somebody asks. It tells `undefined` on an engine whose stack traces do not.
 */
export function noteCaller(
  callee: (...parameters: never[]) => unknown,
): () => Location | undefined {
  const trace: { stack?: string } = {};
  Error.captureStackTrace?.(trace, callee);
  return () => firstPlace(trace.stack ?? "");
}

/** Reads the first line of a stack trace that ends in `FILE:LINE:COLUMN`. */
function firstPlace(stack: string): Location | undefined {
  const line = stack.split("\n").find((text) => place.test(text)) ?? "";
  const [, file, row, column] = place.exec(line) ?? [];
  if (file === undefined) return undefined;
  return { file, line: Number(row), column: Number(column) };
}

/** `    at NAME (FILE:LINE:COLUMN)` or `    at FILE:LINE:COLUMN` of V8, `NAME@FILE:LINE:COLUMN` of others. */
const place = /^(?: *at (?:async )?(?:.*? \()?|[^@]*@)(.+?):(\d+):(\d+)\)?$/;
