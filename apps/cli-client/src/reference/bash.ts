import { isFile, type ArgumentModel, type CommandModel, type ProgramModel } from "./model.ts";

/** A completion script for bash: `source <(wsecho completion bash)`. */
export function bashCompletion({ name, commands, byDefault }: ProgramModel): string {
  const cases = commands.map(
    (command) => `    ${command.name})\n${commandCase(command)}\n      ;;`,
  );
  const names = commands.map((command) => command.name).join(" ");
  return `# ${name} completion for bash; made by: ${name} completion bash
_${name}() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}
  local command=${byDefault} word named=
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in
      -*) ;;
      ${commands.map((command) => command.name).join("|")}) command=$word named=1; break ;;
      *) break ;;
    esac
  done
  local values= files= options= words=
  case $command in
${cases.join("\n")}
  esac
  if [[ $files ]]; then
    COMPREPLY=($(compgen -f -- "$current"))
  elif [[ $values ]]; then
    COMPREPLY=($(compgen -W "$values" -- "$current"))
  elif [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$current"))
  elif [[ ! $named && $COMP_CWORD == 1 ]]; then
    COMPREPLY=($(compgen -W "${names}" -- "$current"))
  elif [[ $words == FILES ]]; then
    COMPREPLY=($(compgen -f -- "$current"))
  elif [[ $words ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  fi
}
complete -o filenames -F _${name} ${name}
`;
}

function commandCase({ options, arguments: taken }: CommandModel): string {
  const flags = options.flatMap(({ short, long }) => [short, long]).filter((flag) => flag !== null);
  const cases = options.flatMap((option) => {
    const names = [option.short, option.long].filter((flag) => flag !== null).join("|");
    if (option.choices.length > 0)
      return [`        ${names}) values="${option.choices.join(" ")}" ;;`];
    if (isFile(option)) return [`        ${names}) files=1 ;;`];
    // What it wants cannot be guessed, and is no option.
    return option.value === null ? [] : [`        ${names}) return ;;`];
  });
  return [
    `      options="${flags.join(" ")}"`,
    `      words="${wordsFor(taken)}"`,
    ...(cases.length === 0 ? [] : ["      case $previous in", ...cases, "      esac"]),
  ].join("\n");
}

function wordsFor(taken: readonly ArgumentModel[]): string {
  const choices = taken.flatMap((argument) => argument.choices);
  if (choices.length > 0) return choices.join(" ");
  return taken.some(({ name }) => isFile({ value: name }) || name === "in") ? "FILES" : "";
}
