import { Command, CommanderError, Option } from "commander";
import { failure, success, type Result } from "@wsecho/protocol";
import manifest from "../../package.json" with { type: "json" };
import { settingNames, settings, type Setting, type SettingName } from "./table.ts";
import { didYouMean } from "./suggest.ts";

/** Texts by name of the setting; switches as "true" and "false". */
export type GivenFlags = ReadonlyMap<SettingName, string>;

export type Flags =
  | { readonly kind: "run"; readonly given: GivenFlags }
  /** `--help` or `--version`: print this, and that was all. */
  | { readonly kind: "print"; readonly text: string };

const help = `
Every flag can also be set by an environment variable, WSECHO_ and its name
(--auth-timeout: WSECHO_AUTH_TIMEOUT), and by its name in the file of --config:
  { "port": 8080, "auth-timeout": "10s", "demo": true }
Flags come before the environment, the environment before the file. --no-demo
and so on (--plain) take back what the other two switched on.

SIGHUP reads the file of --config and the TLS files again, and takes all of it,
or nothing where something is wrong, which the log says; sessions go on. Only a
restart changes these:
${restartNames()}

Examples:
  wsecho-server --demo                           try it: ws://127.0.0.1:5678
  wsecho-server --demo --port 0                  on any free port, which is printed
  wsecho-server users add ada                    then start: wsecho-server
  wsecho-server --allow-anonymous                pure echo for everybody at /echo
  wsecho-server --config server.json --log-level debug

Commands, each with --help:
  wsecho-server users       add, passwd, disable, enable, remove, list
  wsecho-server tokens      issue, rotate, retire, keys
  wsecho-server sessions    list, close

Exit status:
  0    stopped by SIGINT or SIGTERM, all connections closed; or --check-config found nothing
  1    could not listen, or could not read the web client or the user database
  2    wrong usage: flag, environment variable, config file, or no users
  130  a second SIGINT, or SIGTERM (143), ended it at once
`;

function restartNames(): string {
  const names = settingNames.filter((name) => settings[name].restart === true);
  return names
    .join(", ")
    .replaceAll(/(.{1,76})(?: |$)/g, "  $1\n")
    .trimEnd();
}

/** Reads the command line. The error says what was wrong, and which flag was probably meant. */
export function readFlags(argv: readonly string[]): Result<Flags, string> {
  let printed = "";
  const command = new Command("wsecho-server")
    .description("A WebSocket server to log in to, that echoes every message.")
    .version(manifest.version, "--version", "print the version")
    .helpOption("--help", "print this")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => (printed += text),
      writeErr: () => undefined,
      getOutHelpWidth: () => 100,
    })
    .addHelpText("after", help);
  for (const name of settingNames) {
    for (const option of toOptions(name, settings[name])) command.addOption(option);
  }
  try {
    command.parse(argv, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0
      ? success({ kind: "print", text: printed })
      : failure(usageProblem(error, argv));
  }
  return success({ kind: "run", given: new Map(given(command)) });
}

/** A switch gets its opposite too, so that a flag can overrule the environment. */
function toOptions(name: string, setting: Setting<unknown>): Option[] {
  const { placeholder, about, group } = setting;
  if (placeholder !== undefined) {
    const option = new Option(`--${name} ${placeholder}`, about + initialText(setting));
    if (setting.repeatable === true)
      option.argParser((value, before) =>
        typeof before === "string" ? `${before},${value}` : value,
      );
    return [option.helpGroup(`${group}:`)];
  }
  const opposite = new Option(name.startsWith("no-") ? `--${name.slice(3)}` : `--no-${name}`);
  const option = new Option(`--${name}`, about).helpGroup(`${group}:`);
  return [option, opposite.hideHelp()];
}

function initialText({ initial, placeholder }: Setting<unknown>): string {
  if (typeof initial === "string") return ` (${initial})`;
  if (typeof initial !== "number") return "";
  if (placeholder?.startsWith("<time") === true) return ` (${timeText(initial)})`;
  if (placeholder === "<size>") return ` (${sizeText(initial)})`;
  return ` (${initial})`;
}

function timeText(ms: number): string {
  return ms % 3_600_000 === 0 ? `${ms / 3_600_000}h` : `${ms / 1000}s`;
}

function sizeText(bytes: number): string {
  return bytes % 1024 ** 2 === 0 ? `${bytes / 1024 ** 2}MiB` : `${bytes / 1024}KiB`;
}

function* given(command: Command): Generator<readonly [SettingName, string]> {
  for (const name of settingNames) {
    const negative = name.startsWith("no-");
    const key = new Option(`--${negative ? name.slice(3) : name}`).attributeName();
    if (command.getOptionValueSource(key) !== "cli") continue;
    const value: unknown = command.getOptionValue(key);
    yield [name, typeof value === "boolean" ? String(value !== negative) : String(value)];
  }
}

const allFlags = settingNames.flatMap((name) => [
  `--${name}`,
  ...(name.startsWith("no-") ? [`--${name.slice(3)}`] : []),
]);

function usageProblem(error: CommanderError, argv: readonly string[]): string {
  switch (error.code) {
    case "commander.unknownOption": {
      // Without what follows "=", which may be a secret that was never meant for a flag.
      const flag = /'(-[^'=]*)/.exec(error.message)?.[1] ?? "";
      return `unknown flag ${flag}${didYouMean(flag, allFlags)}`;
    }
    case "commander.excessArguments":
      return (
        "unexpected argument; every setting is a flag, such as --port 8080, " +
        "and the commands are users, tokens and sessions"
      );
    case "commander.optionMissingArgument": {
      const flag = /'(--[\w-]+)/.exec(error.message)?.[1] ?? argv.at(-1) ?? "";
      return `${flag} needs a value`;
    }
    default:
      return error.message.replace(/^error: /, "");
  }
}
