import { afterEach, expect, it } from "@jest/globals";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, watch } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { needs, programPath } from "./run-program.ts";

const here = needs("script");

let terminal: ChildProcessWithoutNullStreams | undefined;

afterEach(() => void terminal?.kill("SIGKILL"));

/** Runs the program with a new terminal by script(1); `sees` waits for a text, and gives what came before it. */
function openTerminal(program: string) {
  const command = `exec ${process.execPath} ${programPath(program)}`;
  const child = spawn("script", ["-qec", command, "/dev/null"], {
    env: { PATH: "/usr/bin:/bin", SHELL: "/bin/sh", TERM: "linux" },
  });
  terminal = child;
  let shown = "";
  child.stdout.on("data", (chunk) => {
    shown += String(chunk);
  });
  const type = (text: string) => child.stdin.write(text);
  const sees = async (text: string) => {
    while (!shown.includes(text)) await once(child.stdout, "data");
    const before = shown.slice(0, shown.indexOf(text));
    shown = shown.slice(before.length + text.length);
    return before;
  };
  return { type, sees, hangUp: () => child.kill("SIGKILL") };
}

here.describe(`the REPL${here.reason}`, () => {
  it("leaves the terminal to a shell, in the mode and with the keys that it expects", async () => {
    const { sees, type } = openTerminal("repl.ts");

    await sees("earlyboot> ");
    type(".sh\r");
    for (const word of ["one", "two", "three"]) {
      await sees("shell> ");
      type(`echo ${word}-$((6 * 7))\r`);
      await sees(`${word}-42`);
    }
    await sees("shell> ");
    type("stty -a | grep -o ' [-]*icanon'\r");
    await sees(" icanon");
    type("exit\r");
    await sees("earlyboot> ");
    type("6 * 9\r");
    expect(await sees("54")).toContain("6 * 9");
    type("structuredCl\t");
    await sees("structuredClone");
    type("\u0015.resume\r");
    await sees("left");
  });

  it("awaits, remembers lines, forgets one at Ctrl-C, and is left by Ctrl-D", async () => {
    const { sees, type } = openTerminal("repl.ts");

    await sees("earlyboot> ");
    type("await Promise.resolve(6 * 7)\r");
    await sees("42");
    await sees("earlyboot> ");
    type("\u001b[A");
    await sees("await Promise.resolve(6 * 7)");
    type(" + 1\r");
    await sees("43");
    await sees("earlyboot> ");
    type("never(");
    await sees("never(");
    type("\u0003");
    await sees("earlyboot> ");
    type("6 * 9\r");
    expect(await sees("54")).toContain("6 * 9");
    await sees("earlyboot> ");
    type("\u0004");
    await sees("left");
  });

  it("is left when its terminal vanishes", async () => {
    const directory = mkdtempSync(join(tmpdir(), "earlyboot-repl-"));
    const changes = watch(directory);
    const changed = once(changes, "change");
    const { sees, hangUp } = openTerminal(`repl.ts ${directory}/left`);

    await sees("earlyboot> ");
    hangUp();
    await changed;

    expect(readdirSync(directory)).toEqual(["left"]);
    changes.close();
    rmSync(directory, { recursive: true });
  });
});
