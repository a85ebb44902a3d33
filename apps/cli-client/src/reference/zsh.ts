import { isFile, type CommandModel, type OptionModel, type ProgramModel } from "./model.ts";

/** A completion script for zsh: `source <(wsecho completion zsh)`, or a file `_wsecho` in `fpath`. */
export function zshCompletion({ name, commands, byDefault }: ProgramModel): string {
  const list = commands.map((command) => `    ${quote(`${command.name}:${command.description}`)}`);
  const cases = commands.map(
    (command) => `    ${command.name})\n      _arguments -s ${specs(command)}\n      ;;`,
  );
  return `#compdef ${name}
# ${name} completion for zsh; made by: ${name} completion zsh
_${name}() {
  local -a commands=(
${list.join("\n")}
  )
  local command=${byDefault}
  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then
    _describe command commands
    return
  fi
  if (( \${commands[(I)$words[2]:*]} )); then
    command=$words[2]
    shift words
    (( CURRENT-- ))
  fi
  case $command in
${cases.join("\n")}
  esac
}
if [[ $funcstack[1] == _${name} ]]; then
  _${name} "$@"
else
  compdef _${name} ${name}
fi
`;
}

function specs({ options, arguments: taken }: CommandModel): string {
  const args = taken.map(({ name, choices }) => {
    const what =
      choices.length > 0
        ? `(${choices.join(" ")})`
        : isFile({ value: name }) || name === "in"
          ? "_files"
          : " ";
    return quote(`*:${escape(name)}:${what}`);
  });
  return [...options.flatMap(optionSpecs), ...args].join(" \\\n        ");
}

function optionSpecs(option: OptionModel): readonly string[] {
  const { short, long, value, choices, description } = option;
  const takes =
    value === null
      ? ""
      : `:${escape(value)}:${choices.length > 0 ? `(${choices.join(" ")})` : isFile(option) ? "_files" : " "}`;
  return [short, long]
    .filter((flag) => flag !== null)
    .map((flag) => quote(`*${flag}[${escape(description)}]${takes}`));
}

/** What has a meaning within a specification of `_arguments`. */
function escape(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll(/[[\]:]/g, "\\$&");
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
