import { exitStatuses } from "../exit.ts";
import type { CommandModel, ProgramModel } from "./model.ts";

export interface ManualParts {
  readonly version: string;
  /** Each a heading line and indented lines, as `--help` shows them. */
  readonly sections: readonly string[];
}

/** The manual page, in the language of man(7). */
export function manualPage(model: ProgramModel, { version, sections }: ManualParts): string {
  const { name, description, commands, byDefault } = model;
  return [
    `.TH ${name.toUpperCase()} 1 "" "${name} ${version}" "User Commands"`,
    ".SH NAME",
    `${name} \\- ${text(description.replace(/\.$/, ""))}`,
    ".SH SYNOPSIS",
    ...commands.flatMap((command) => [
      ...(command.name === byDefault ? [`.B ${name}`, text(command.usage), ".br"] : []),
      `.B ${name} ${command.name}`,
      text(command.usage),
      ".br",
    ]),
    ".SH COMMANDS",
    ...commands.flatMap(commandSection),
    ...sections.flatMap(section),
    ".SH EXIT STATUS",
    ...Object.values(exitStatuses).flatMap(({ status, meaning }) => [
      ".TP",
      `.B ${status}`,
      text(meaning),
    ]),
    "",
  ].join("\n");
}

function commandSection(command: CommandModel): readonly string[] {
  return [
    `.SS ${command.name}`,
    text(sentence(command.description)),
    ...command.arguments
      .filter(({ description }) => description !== "")
      .flatMap(({ name, description }) => [".TP", `.I ${text(name)}`, text(description)]),
    ...command.options.flatMap(({ flags, description, choices }) => [
      ".TP",
      `.B ${text(flags)}`,
      text(description + (choices.length === 0 ? "" : `: ${choices.join(", ")}`)),
    ]),
  ];
}

/** `Examples:` with lines below it, which stay as they are. */
function section(block: string): readonly string[] {
  const [title = "", ...lines] = block.trim().split("\n");
  return [`.SH ${title.replace(/:$/, "").toUpperCase()}`, ".nf", ...lines.map(text), ".fi"];
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${words.endsWith(".") ? "" : "."}`;
}

/** A backslash, a minus, and a dot or quote at the start of a line mean something to troff. */
function text(words: string): string {
  return words
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replace(/^([.'])/, "\\&$1");
}
