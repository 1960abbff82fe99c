// oxlint-disable-next-line import/no-unassigned-import -- the globals must be there before all else
import "../../../src/bare/install-globals.ts";
import { writeAll } from "../../../src/bare/console.ts";
import { core } from "../../../src/bare/core.ts";
import { readdirSync } from "../../../src/bare/node-fs.ts";

// Lists the directory that its argument names a thousand times, and prints each list that it saw.

Object.assign(core, { onexit: () => undefined, onbeforeexit: () => undefined });

core.load = () => {
  const [, directory = ""] = core.argv;
  const lists = new Set<string>();
  for (let i = 0; i < 1000; i++) {
    const names = readdirSync(directory).map(({ name }) => name);
    lists.add(names.toSorted().join(" "));
  }
  writeAll(1, [...lists].join("\n"));
};
