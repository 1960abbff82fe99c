/** A command, for completion. */
export interface CompletionWords {
  readonly command: string;
  readonly description: string;
  readonly options: readonly { readonly name: string; readonly description: string }[];
}

/** The script by which a shell completes `earlyboot`: commands, their options, otherwise files. */
export function completionScript(
  shell: "bash" | "zsh" | "fish",
  commands: readonly CompletionWords[],
): string {
  return { bash, zsh, fish }[shell](commands);
}

function bash(commands: readonly CompletionWords[]): string {
  const cases = commands.map(
    ({ command, options }) =>
      `    ${command}) words="${options.map(({ name }) => name).join(" ")} --help" ;;`,
  );
  return `_earlyboot() {
  local word=\${COMP_WORDS[COMP_CWORD]} words
  case \${COMP_WORDS[1]} in
${cases.join("\n")}
    *) words="${commands.map(({ command }) => command).join(" ")} --help" ;;
  esac
  if [[ $COMP_CWORD -eq 1 || $word == -* ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$word"))
  else
    COMPREPLY=($(compgen -f -- "$word"))
  fi
}
complete -o filenames -F _earlyboot earlyboot
`;
}

function zsh(commands: readonly CompletionWords[]): string {
  const list = commands.map(
    ({ command, description }) => `    ${quoted(`${command}:${description}`)}`,
  );
  const cases = commands.map(({ command, options }) => {
    const specs = options.map(({ name, description }) =>
      quoted(`${name}[${description.replaceAll(/[[\]:]/g, " ")}]`),
    );
    return `    ${command}) _arguments ${[...specs, quoted("*:file:_files")].join(" ")} ;;`;
  });
  return `#compdef earlyboot
_earlyboot() {
  local -a commands=(
${list.join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join("\n")}
  esac
}
_earlyboot "$@"
`;
}

function fish(commands: readonly CompletionWords[]): string {
  const lines = commands.flatMap(({ command, description, options }) => [
    `complete -c earlyboot -n __fish_use_subcommand -f -a ${command} -d ${quoted(description)}`,
    ...options.map(
      ({ name, description: text }) =>
        `complete -c earlyboot -n "__fish_seen_subcommand_from ${command}" -l ${name.replace(/^--/, "")} -d ${quoted(text)}`,
    ),
  ]);
  return `${lines.join("\n")}\n`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
