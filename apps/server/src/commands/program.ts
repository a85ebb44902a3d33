import { Command, CommanderError, Option } from "commander";
import { end, say } from "../program/say.ts";
import { hideSecrets } from "../program/secrets.ts";
import type { GivenFlags } from "../settings/flags.ts";
import { settings, type SettingName } from "../settings/table.ts";
import { resolveSettings, type Environment } from "../settings/sources.ts";
import { defaultDataFolder, isMissing, storePlace } from "../store-place.ts";
import { StoreSetupError, StoreUnavailableError } from "../store/errors.ts";
import { openStore } from "../store/open.ts";
import type { Role } from "../users.ts";
import { maxTokenMs } from "../tokens.ts";
import { parseDuration } from "../settings/values.ts";
import { CommandError, type CommandContext } from "./context.ts";
import { closeSession, listSessions } from "./sessions.ts";
import { issue, listKeys, retire, rotate } from "./tokens.ts";
import { addUser, changePassword, changeRole, listUsers, removeUser, setEnabled } from "./users.ts";

export const commandNames: readonly string[] = ["users", "tokens", "sessions"];

/** What commander collects of one command. */
type Given = Readonly<Record<string, string | boolean | undefined>>;

type Work = (context: CommandContext, given: Given) => Promise<void>;

/** Says what was wrong on the command line; status 2. */
class UsageError extends Error {
  override readonly name = "UsageError";
}

const print = (text: string): void => void process.stdout.write(text);

/** Runs `wsecho-server users …` and its like; sets `process.exitCode`. */
export async function runCommand(argv: readonly string[], env: Environment): Promise<void> {
  try {
    await createCommands(env).parseAsync(argv, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) {
      const more = `Every command: wsecho-server ${argv[0] ?? ""} --help`;
      if (error.exitCode !== 0) end(2, `${usageProblem(error)}\n${more}`);
    } else if (error instanceof UsageError || error instanceof StoreSetupError)
      end(2, error.message);
    else if (error instanceof CommandError) end(1, error.message);
    else if (error instanceof StoreUnavailableError)
      end(1, `the user database does not answer: ${error.message}`);
    else throw error;
  }
}

async function runWork(work: Work, given: Given, env: Environment): Promise<void> {
  const flags = settingsOf(given);
  hideSecrets(flags);
  const resolved = resolveSettings(flags, env);
  if (!resolved.ok) throw new UsageError(resolved.error);
  const place = storePlace(resolved.value);
  // Looking for users in the wrong folder must not leave a database there.
  if (isMissing(place) && work !== add)
    throw new CommandError(
      `${place.data ?? ""} holds no users. Type: wsecho-server users add NAME`,
    );
  const store = await openStore(place, { iterations: resolved.value.iterations });
  try {
    await work({ store, print, say }, given);
  } finally {
    await store.close();
  }
}

const storeSettings = ["data", "database", "config"] as const satisfies readonly SettingName[];
const allSettings = [...storeSettings, "iterations"] as const;

function settingsOf(given: Given): GivenFlags {
  const texts = new Map<SettingName, string>();
  for (const name of allSettings) {
    const text = given[name];
    if (typeof text === "string") texts.set(name, text);
  }
  return texts;
}

const add: Work = (context, given) =>
  addUser(context, nameOf(given), {
    role: given["role"] === "admin" ? "admin" : ("user" satisfies Role),
    passwordStdin: given["passwordStdin"] === true,
  });

const setRole: Work = (context, given) => {
  const { role } = given;
  if (role !== "user" && role !== "admin") throw new UsageError("the role must be user or admin");
  return changeRole(context, nameOf(given), role);
};

const help = `
The users are in --data (default: the folder ${defaultDataFolder}), or in --database, as for the
server itself; WSECHO_DATA, WSECHO_DATABASE and --config count here too. Servers that run take a
change over within a second.

Examples:
  wsecho-server users add ada
  wsecho-server users passwd ada --password-stdin < secret.txt
  wsecho-server users role ada admin
  wsecho-server users list --json
  wsecho-server tokens issue ada --expires 8h
  wsecho-server sessions list

Exit status: 0 done; 1 not done, it says why; 2 wrong usage
`;

function createCommands(env: Environment): Command {
  const root = new Command("wsecho-server")
    .exitOverride()
    .configureOutput({
      writeErr: () => undefined,
      getOutHelpWidth: () => 100,
    })
    .helpOption("--help", "print this")
    .helpCommand(false);

  const group = (name: string, about: string): Command =>
    root.command(name).description(about).addHelpText("after", help).helpCommand(false);

  /** `usage` is the command's name and its arguments, if it takes any. */
  const command = (of: Command, usage: string, about: string, work: Work): Command => {
    const made = of.command(usage).description(about);
    for (const name of storeSettings)
      made.addOption(
        new Option(`--${name} ${settings[name].placeholder ?? ""}`, settings[name].about),
      );
    made.action(async () => {
      const [name, role] = made.args;
      await runWork(work, { ...made.opts<Given>(), name, ...(role && { role }) }, env);
    });
    return made;
  };

  const withPassword = (made: Command): Command =>
    made
      .option("--password-stdin", "read the password from standard input")
      .addOption(new Option("--iterations <n>", settings.iterations.about));

  const users = group("users", "who may log in");
  withPassword(command(users, "add <name>", "add a user; asks for the password", add)).addOption(
    new Option("--role <role>", "what the user may do").choices(["user", "admin"]),
  );
  withPassword(
    command(users, "passwd <name>", "change a password", (context, given) =>
      changePassword(context, nameOf(given), { passwordStdin: given["passwordStdin"] === true }),
    ),
  );
  command(users, "role <name> <role>", "let a user do more, or less: user, admin", setRole);
  command(
    users,
    "disable <name>",
    "let a user in no more, and end all sessions",
    (context, given) => setEnabled(context, nameOf(given), false),
  );
  command(users, "enable <name>", "let a user in again", (context, given) =>
    setEnabled(context, nameOf(given), true),
  );
  command(users, "remove <name>", "forget a user, and end all sessions", (context, given) =>
    removeUser(context, nameOf(given)),
  );
  command(users, "list", "all users", (context, given) =>
    listUsers(context, { json: given["json"] === true }),
  ).option("--json", "as JSON");

  const tokens = group("tokens", "what lets a user in for a time, without the password");
  command(tokens, "issue <name>", "print a token of a user", (context, given) =>
    issue(context, nameOf(given), { expiresMs: expiresOf(given) }),
  ).option("--expires <time>", "how long it is good for", "1h");
  command(tokens, "rotate", "make a new key, which signs from now on", rotate);
  command(tokens, "retire <key>", "refuse all tokens of a key", (context, given) =>
    retire(context, nameOf(given)),
  );
  command(tokens, "keys", "all keys", (context, given) =>
    listKeys(context, { json: given["json"] === true }),
  ).option("--json", "as JSON");

  const sessions = group("sessions", "who is logged in, and was");
  command(sessions, "list", "who is logged in", (context, given) =>
    listSessions(context, { json: given["json"] === true, all: given["all"] === true }),
  )
    .option("--json", "as JSON")
    .option("--all", "also those that have ended");
  command(sessions, "close <id>", "end a session, on whichever server it is", (context, given) =>
    closeSession(context, nameOf(given)),
  );
  return root;
}

function nameOf(given: Given): string {
  return String(given["name"]);
}

function expiresOf(given: Given): number {
  const time = parseDuration(String(given["expires"]));
  if (!time.ok) throw new UsageError(`--expires ${time.error}`);
  if (time.value < 1000 || time.value > maxTokenMs)
    throw new UsageError("--expires must be from 1s to 596h");
  return time.value;
}

/** Never with what was typed: it may be a password in the wrong place. */
function usageProblem(error: CommanderError): string {
  switch (error.code) {
    case "commander.help":
      return "which of the commands?";
    case "commander.unknownCommand":
      return "there is no such command";
    case "commander.excessArguments":
      return "too many arguments; a password is never one: it is asked for, or --password-stdin";
    case "commander.unknownOption":
      return `unknown flag ${/'(-[^'=]*)/.exec(error.message)?.[1] ?? ""}`;
    default:
      return error.message.replace(/^error: /, "");
  }
}
