import { spawnSync } from "node:child_process";
import { expect, it } from "@jest/globals";
import { completionScript } from "../src/completion/completion-script.ts";

const commands = [
  {
    command: "try",
    description: "Boot an image; it's safe.",
    options: [
      { name: "--kernel", description: "the kernel" },
      { name: "--keep", description: "keep it" },
    ],
  },
  { command: "tree", description: "Write a tree.", options: [] },
];

function completeInBash(...words: readonly string[]): string[] {
  const script = `${completionScript("bash", commands)}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${words.length - 1}
_earlyboot; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = spawnSync("bash", ["-c", script], { encoding: "utf8" });
  return stdout.split("\n").filter((line) => line !== "");
}

it("completes commands", () => {
  expect(completeInBash("earlyboot", "tr")).toEqual(["try", "tree"]);
});

it("completes the options of a command", () => {
  expect(completeInBash("earlyboot", "try", "--ke")).toEqual(["--kernel", "--keep"]);
});

it.each(["zsh", "fish"] as const)("quotes descriptions for %s", (shell) => {
  expect(completionScript(shell, commands)).toContain(String.raw`it'\''s safe`);
});
