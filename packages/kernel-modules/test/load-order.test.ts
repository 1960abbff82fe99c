import { expect, it } from "@jest/globals";
import * as fc from "fast-check";

import { createModuleLoader, planLoad } from "@earlyboot/kernel-modules";

import { machineWith, modules } from "./machine.ts";

const count = 7;

interface Tables {
  /** For each module, the modules that it needs directly: those before it. */
  readonly needs: readonly (readonly number[])[];
  readonly soft: readonly (readonly [module: number, kind: "pre" | "post", other: number])[];
}

const anyModule = fc.nat(count - 1);
const anyTables: fc.Arbitrary<Tables> = fc.record({
  needs: fc.tuple(
    ...Array.from({ length: count }, (_, n) => (n === 0 ? fc.constant([]) : fc.subarray(below(n)))),
  ),
  soft: fc.array(fc.tuple(anyModule, fc.constantFrom("pre", "post"), anyModule)),
});

function below(n: number): number[] {
  return Array.from({ length: n }, (_, other) => other);
}

/** A machine with modules m0, m1, …, each of which takes its time; what each needs, all the way down. */
function machineOf({ needs, soft }: Tables, times: readonly number[]) {
  const all: Set<number>[] = [];
  for (const direct of needs) {
    all.push(new Set(direct.flatMap((other) => [other, ...(all[other] ?? [])])));
  }
  const name = (n: number) => `m${n}`;
  const rows = all.map((some, n) => {
    const others = [...some].toSorted((a, b) => b - a).map(name);
    return [name(n), others.join(" ")] as const;
  });
  const softdep = soft.map(([module, kind, other]) => `softdep m${module} ${kind}: m${other}\n`);
  return machineWith(
    Object.fromEntries(rows),
    { [`${modules}/modules.softdep`]: softdep.join("") },
    { modules: times.map((takes, n) => ({ name: name(n), takes })) },
  );
}

it("puts every module once, after its needs, whatever the soft dependencies say", () => {
  fc.assert(
    fc.property(anyTables, anyModule, (tables, asked) => {
      const { index } = machineOf(tables, []);

      const { steps } = planLoad(index, [`m${asked}`]);

      const names = steps.map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
      for (const [position, { needs, follows, cycle }] of steps.entries()) {
        expect(names.slice(0, position)).toEqual(expect.arrayContaining([...needs, ...follows]));
        expect(cycle).toBeUndefined();
      }
    }),
  );
});

it("loads everything, once and in order, however many requests meet", async () => {
  const times = fc.array(fc.nat(50), { minLength: count, maxLength: count });
  const requests = fc.array(fc.tuple(anyModule, fc.nat(60)), { minLength: 1, maxLength: 6 });

  await fc.assert(
    fc.asyncProperty(anyTables, times, requests, async (tables, takes, asked) => {
      const { linux, index } = machineOf(tables, takes);
      const loader = createModuleLoader(linux, index);

      const reports = await Promise.all(
        asked.map(async ([module, later]) => {
          await linux.sleep(later);
          return loader.load(`m${module}`);
        }),
      );

      // The simulated kernel refuses a module whose needs are not there yet.
      expect(reports.flat().map(({ outcome }) => outcome)).toEqual(asked.map(() => "loaded"));
      expect(new Set(linux.modules).size).toBe(loader.reports.length);
    }),
  );
}, 120_000);
