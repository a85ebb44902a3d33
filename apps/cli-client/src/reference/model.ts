import type { Argument, Command, Option } from "commander";

/** What the argument parser knows, as completions and the manual need it. */
export interface CommandModel {
  readonly name: string;
  readonly description: string;
  readonly usage: string;
  readonly options: readonly OptionModel[];
  readonly arguments: readonly ArgumentModel[];
}

export interface OptionModel {
  /** As in `-u, --user <name>`. */
  readonly flags: string;
  /** `-u`, where there is one. */
  readonly short: string | null;
  readonly long: string | null;
  readonly description: string;
  /** What the value is called, as in `name`; `null` where it takes none. */
  readonly value: string | null;
  readonly choices: readonly string[];
}

export interface ArgumentModel {
  readonly name: string;
  readonly description: string;
  readonly choices: readonly string[];
}

export interface ProgramModel {
  readonly name: string;
  readonly description: string;
  readonly commands: readonly CommandModel[];
  /** The command that runs where none is named. */
  readonly byDefault: string;
}

export function modelOf(program: Command, byDefault: string): ProgramModel {
  return {
    name: program.name(),
    description: program.description(),
    commands: program.commands.map(commandModel),
    byDefault,
  };
}

function commandModel(command: Command): CommandModel {
  return {
    name: command.name(),
    description: command.description(),
    usage: command.usage(),
    options: command.createHelp().visibleOptions(command).map(optionModel),
    arguments: command.registeredArguments.map(argumentModel),
  };
}

function optionModel(option: Option): OptionModel {
  const [, value = null] = /[<[]([^>\].]+)/.exec(option.flags) ?? [];
  return {
    flags: option.flags,
    short: option.short ?? null,
    long: option.long ?? null,
    description: option.description,
    value,
    choices: option.argChoices ?? [],
  };
}

function argumentModel(argument: Argument): ArgumentModel {
  return {
    name: argument.name(),
    description: argument.description,
    choices: argument.argChoices ?? [],
  };
}

/** Whether a value is the name of a file, which a shell can complete. */
export function isFile({ value }: Pick<OptionModel, "value">): boolean {
  return value !== null && /file|folder|dir/i.test(value);
}
