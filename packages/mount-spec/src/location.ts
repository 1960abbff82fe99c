import type { Location } from "./declaration-error.ts";

/**
 * Where the caller of `callee` is; `undefined` on an engine that does not tell. It is read from the stack
 * trace of the engine, whose lines end in `FILE:LINE:COLUMN`.
 */
export function locationOfCaller(
  callee: (...parameters: never[]) => unknown,
): Location | undefined {
  const trace: { stack?: string } = {};
  Error.captureStackTrace?.(trace, callee);
  const line = trace.stack?.split("\n").find((text) => place.test(text)) ?? "";
  const [, file, row, column] = place.exec(line) ?? [];
  if (file === undefined) return undefined;
  return { file, line: Number(row), column: Number(column) };
}

const place = /(?:\(|at |@)((?!.*[(@]).+):(\d+):(\d+)\)?$/;
