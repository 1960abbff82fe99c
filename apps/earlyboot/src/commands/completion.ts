import { Argument, type Command } from "commander";
import { completionScript, type CompletionWords } from "../completion/completion-script.ts";
import type { CommandDefinition } from "../run-command-line.ts";

/** `earlyboot completion SHELL` */
export const completionCommand: CommandDefinition = (program, terminal) => {
  program
    .command("completion")
    .addArgument(new Argument("<shell>", "the shell").choices(["bash", "zsh", "fish"]))
    .description("Print what makes a shell complete this command.")
    .addHelpText(
      "after",
      `
Examples:
  earlyboot completion bash > /etc/bash_completion.d/earlyboot
  earlyboot completion zsh > ~/.zfunc/_earlyboot
  earlyboot completion fish > ~/.config/fish/completions/earlyboot.fish`,
    )
    .action((shell: "bash" | "zsh" | "fish") => {
      terminal.write(completionScript(shell, wordsOf(program)));
    });
};

function wordsOf(program: Command): CompletionWords[] {
  return program.commands.map((command) => ({
    command: command.name(),
    description: command.description(),
    options: command.options.map((option) => ({
      name: option.long ?? option.flags,
      description: option.description,
      value: option.argChoices ?? (option.required ? "file" : "none"),
    })),
    values: command.registeredArguments[0]?.argChoices ?? [],
  }));
}
