import { isFile, type OptionModel, type ProgramModel } from "./model.ts";

/** A completion script for fish: `wsecho completion fish | source`. */
export function fishCompletion({ name, commands, byDefault }: ProgramModel): string {
  const names = commands.map((command) => command.name).join(" ");
  const none = `not __fish_seen_subcommand_from ${names}`;
  const lines = commands.flatMap((command) => [
    `complete -c ${name} -f -n '${none}' -a ${command.name} -d ${quote(command.description)}`,
    ...command.options.flatMap((option) => {
      const line = optionLine(option);
      const seen = `complete -c ${name} -n '__fish_seen_subcommand_from ${command.name}'${line}`;
      return command.name === byDefault
        ? [seen, `complete -c ${name} -n '${none}'${line}`]
        : [seen];
    }),
    ...command.arguments
      .filter(({ choices }) => choices.length > 0)
      .map(
        ({ choices }) =>
          `complete -c ${name} -f -n '__fish_seen_subcommand_from ${command.name}' -a ${quote(choices.join(" "))}`,
      ),
  ]);
  return `# ${name} completion for fish; made by: ${name} completion fish\n${lines.join("\n")}\n`;
}

function optionLine(option: OptionModel): string {
  const { short, long, value, choices, description } = option;
  const flags = [
    ...(short === null ? [] : [`-s ${short.slice(1)}`]),
    ...(long === null ? [] : [`-l ${long.slice(2)}`]),
  ];
  const takes = value === null ? [] : isFile(option) ? ["-r -F"] : ["-x"];
  const list = choices.length === 0 ? [] : [`-a ${quote(choices.join(" "))}`];
  return ` ${[...flags, ...takes, ...list, `-d ${quote(description)}`].join(" ")}`;
}

function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
