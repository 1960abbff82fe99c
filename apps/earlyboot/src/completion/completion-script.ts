/** A command, for completion. */
export interface CompletionWords {
  readonly command: string;
  readonly description: string;
  readonly options: readonly CompletionOption[];
  /** What its first argument can be, where that is not a file. */
  readonly values: readonly string[];
}

/** An option, for completion. */
interface CompletionOption {
  readonly name: string;
  readonly description: string;
  /** What can follow it: nothing, a file, or one of these words. */
  readonly value: "file" | "none" | readonly string[];
}

/** The script by which a shell completes `earlyboot`: commands, their options and what these take, otherwise files. */
export function completionScript(
  shell: "bash" | "zsh" | "fish",
  commands: readonly CompletionWords[],
): string {
  return { bash, zsh, fish }[shell](commands);
}

function bash(commands: readonly CompletionWords[]): string {
  const optionCases = commands.map(
    ({ command, options }) =>
      `    ${command}) words="${[...options.map(({ name }) => name), "--help"].join(" ")}" ;;`,
  );
  const valueCases = commands.flatMap(({ command, options, values }) => [
    ...options
      .filter(({ value }) => Array.isArray(value))
      .map(
        ({ name, value }) => `    "${command} ${name}") values="${[value].flat().join(" ")}" ;;`,
      ),
    ...(values.length === 0
      ? []
      : [`    "${command} ${command}") values="${values.join(" ")}" ;;`]),
  ]);
  return `_earlyboot() {
  local word=\${COMP_WORDS[COMP_CWORD]} words values=
  case \${COMP_WORDS[1]} in
${optionCases.join("\n")}
    *) words="${commands.map(({ command }) => command).join(" ")} --help" ;;
  esac
  case "\${COMP_WORDS[1]} \${COMP_WORDS[COMP_CWORD-1]}" in
${valueCases.join("\n")}
  esac
  if [[ $COMP_CWORD -eq 1 || $word == -* ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$word"))
  elif [[ -n $values ]]; then
    COMPREPLY=($(compgen -W "$values" -- "$word"))
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
  const cases = commands.map(({ command, options, values }) => {
    const specs = options.map(({ name, description, value }) =>
      quoted(`${name}[${description.replaceAll(/[[\]:]/g, " ")}]${zshValue(value)}`),
    );
    const rest = quoted(values.length === 0 ? "*:file:_files" : `1:value:(${values.join(" ")})`);
    return `    ${command}) _arguments ${[...specs, rest].join(" ")} ;;`;
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

function zshValue(value: CompletionOption["value"]): string {
  if (value === "none") return "";
  return value === "file" ? ":file:_files" : `:value:(${value.join(" ")})`;
}

function fish(commands: readonly CompletionWords[]): string {
  const lines = commands.flatMap(({ command, description, options, values }) => {
    const inCommand = `complete -c earlyboot -n "__fish_seen_subcommand_from ${command}"`;
    return [
      `complete -c earlyboot -n __fish_use_subcommand -f -a ${command} -d ${quoted(description)}`,
      ...options.map(
        ({ name, description: text, value }) =>
          `${inCommand} -l ${name.replace(/^--/, "")}${fishValue(value)} -d ${quoted(text)}`,
      ),
      ...(values.length === 0 ? [] : [`${inCommand} -f -a ${quoted(values.join(" "))}`]),
    ];
  });
  return `${lines.join("\n")}\n`;
}

function fishValue(value: CompletionOption["value"]): string {
  if (value === "none") return "";
  return value === "file" ? " -r" : ` -x -a ${quoted(value.join(" "))}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
