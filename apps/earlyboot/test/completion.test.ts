import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "@jest/globals";
import { completionScript } from "../src/completion/completion-script.ts";

const commands = [
  {
    command: "try",
    description: "Boot an image; it's safe.",
    options: [
      { name: "--kernel", description: "the kernel", value: "file" },
      { name: "--keep", description: "keep it", value: "none" },
      { name: "--accel", description: "how it runs", value: ["tcg", "kvm"] },
    ],
    values: [],
  },
  { command: "tree", description: "Write a tree.", options: [], values: [] },
  { command: "completion", description: "Print it.", options: [], values: ["bash", "zsh"] },
] as const;

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

it("completes what an option takes, and what a command takes", () => {
  expect(completeInBash("earlyboot", "try", "--accel", "")).toEqual(["tcg", "kvm"]);
  expect(completeInBash("earlyboot", "completion", "z")).toEqual(["zsh"]);
});

it.each(["zsh", "fish"] as const)("quotes descriptions for %s", (shell) => {
  expect(completionScript(shell, commands)).toContain(String.raw`it'\''s safe`);
});

const isInstalled = (shell: string) => spawnSync(shell, ["-c", "true"]).status === 0;
const reason = (shell: string) => (isInstalled(shell) ? "" : ` (skipped: needs ${shell})`);
const itInFish = isInstalled("fish") ? it : it.skip;
const itInZsh = isInstalled("zsh") ? it : it.skip;

itInFish.each([
  ["earlyboot tr", ["tree", "try"]],
  ["earlyboot try --ke", ["--keep", "--kernel"]],
  ["earlyboot try --accel ", ["kvm", "tcg"]],
  ["earlyboot completion ", ["bash", "zsh"]],
])(`completes in fish${reason("fish")}: %s`, (line, words) => {
  const program = `source (echo $argv[1] | psub); complete -C $argv[2]`;
  const { stdout } = spawnSync(
    "fish",
    ["--no-config", "-c", program, completionScript("fish", commands), line],
    {
      encoding: "utf8",
    },
  );

  const completed = stdout
    .trim()
    .split("\n")
    .map((one) => one.split("\t")[0] ?? "");
  expect(completed.toSorted()).toEqual(words);
});

/** Types into a zsh of its own, and waits for what comes back. */
const typeInZsh = `
zmodload zsh/zpty
zpty z "TERM=dumb zsh -f -i"
zpty -w z "PS1=; unsetopt zle_bracketed_paste; fpath=($1 \\$fpath); autoload -U compinit; compinit -D -u; bindkey '^I' complete-word; print REA''DY"
zpty -r z out '*READY*'
zpty -w -n z "$2"$'\t'
zpty -r z out "*$3*" && print -r completed
zpty -d z`;

itInZsh.each([
  ["earlyboot comp", "completion"],
  ["earlyboot try --ker", "--kernel"],
  ["earlyboot try --accel k", "kvm"],
  ["earlyboot completion z", "zsh"],
])(`completes in zsh${reason("zsh")}: %s`, (line, word) => {
  const directory = mkdtempSync(join(tmpdir(), "earlyboot-test-"));
  writeFileSync(join(directory, "_earlyboot"), completionScript("zsh", commands));

  const { stdout } = spawnSync("zsh", ["-f", "-c", typeInZsh, "zsh", directory, line, word], {
    encoding: "utf8",
    timeout: 300_000,
  });
  rmSync(directory, { recursive: true });

  expect(stdout.trim()).toBe("completed");
});
