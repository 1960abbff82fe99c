import type { Answer, Backend } from "../src/backend.ts";
import type { Argument, FunctionName } from "../src/signatures.ts";

/** Answers one function of the C library; may write into the memory that it is given. */
export type Reply = (args: readonly Argument[]) => number | bigint | { readonly errno: number };

/** A backend without a kernel: it records the calls, and answers them as told, or with 0. */
export interface FakeBackend extends Backend {
  readonly calls: readonly (readonly [name: FunctionName, ...args: Argument[]])[];
}

/** Makes a backend that answers by `replies`. */
export function fakeBackend(replies: Partial<Record<FunctionName, Reply>> = {}): FakeBackend {
  const calls: [FunctionName, ...Argument[]][] = [];

  function call(name: FunctionName, args: readonly Argument[]): Answer {
    calls.push([name, ...args]);
    const answer = replies[name]?.(args) ?? 0;
    return typeof answer === "object"
      ? { value: -1, errno: answer.errno }
      : { value: answer, errno: 0 };
  }

  return {
    name: "ffi-rs",
    calls,
    call,
    callAside: async (name, args) => call(name, args),
    addressOf: () => 0x1000n,
  };
}
