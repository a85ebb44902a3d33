import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { failure, success, type Result } from "@wsecho/protocol";
import type { PlaceName } from "./frames/place.ts";
import type { Target } from "./target.ts";

export interface Options {
  readonly target: Target;
  readonly dialect: "plain" | "v1" | "both";
  /** Where to try frames instead of the vectors; `null`: the vectors. */
  readonly frames: readonly PlaceName[] | null;
  readonly filter: string | null;
  readonly json: boolean;
  /** What a person should know before it begins. */
  readonly notes: readonly string[];
}

/** Nothing to run: the text has been written, or is still to be shown. */
export interface Exit {
  readonly status: 0 | 2;
  readonly message: string;
}

/** The demo's user; see `wsecho-server --demo`. */
const demo = { user: "admin", password: "123456" };

interface Flags {
  readonly url?: string;
  readonly user: string;
  readonly passwordFile?: string;
  readonly dialect: Options["dialect"];
  readonly frames?: true | "all" | "echo";
  readonly filter?: string;
  readonly timeout: number;
  readonly maxWait: number;
  readonly destructive?: true;
  readonly allowInsecurePassword?: true;
  readonly json?: true;
}

/** Reads the command line. Writes nothing but help, and ends nothing. */
export function readOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  write: (text: string) => void,
): Result<Options, Exit> {
  let usage = "";
  const command = createCommand()
    .exitOverride()
    .configureOutput({
      writeOut: write,
      writeErr: (text) => {
        usage += text;
      },
    });
  try {
    command.parse([...args], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0
      ? failure({ status: 0, message: "" })
      : failure({ status: 2, message: usage.trim() });
  }
  return complete(command.opts<Flags>(), env);
}

function complete(
  flags: Flags,
  env: Readonly<Record<string, string | undefined>>,
): Result<Options, Exit> {
  const { user, timeout: timeoutMs, maxWait: maxWaitMs } = flags;
  const read = readUrl(flags.url);
  if (!read.ok) return read;
  const url = read.value;
  const local = isLoopback(url.hostname);
  if (url.protocol === "ws:" && !local && flags.allowInsecurePassword !== true)
    return wrong(
      "error: the vectors send the password itself, and ws:// to another machine is readable on " +
        "the way. Use a wss:// URL, or add --allow-insecure-password for an account that is " +
        "for tests only.",
    );
  const password = passwordFrom(flags, env, local);
  if (!password.ok) return password;
  const notes = [
    ...(password.value.isDemo ? [`logging in as the demo's user ${user}`] : []),
    ...(!local && flags.destructive !== true
      ? ["vectors that use up login attempts are skipped; see --destructive"]
      : []),
  ];
  return success({
    target: {
      url,
      user,
      password: password.value.text,
      timeoutMs,
      maxWaitMs,
      destructive: local || flags.destructive === true,
    },
    dialect: flags.dialect,
    frames: placesFor(flags, url),
    filter: flags.filter ?? null,
    json: flags.json === true,
    notes,
  });
}

/** A URL with a path of its own is taken for a pure echo. */
function placesFor({ frames, dialect }: Flags, url: URL): Options["frames"] {
  if (frames === undefined) return null;
  if (frames === "echo" || url.pathname !== "/") return ["echo"];
  return dialect === "both" ? ["echo", "plain", "v1"] : ["echo", dialect];
}

function passwordFrom(
  { user, passwordFile }: Flags,
  env: Readonly<Record<string, string | undefined>>,
  local: boolean,
): Result<{ readonly text: string; readonly isDemo: boolean }, Exit> {
  if (passwordFile !== undefined) {
    try {
      const text = readFileSync(passwordFile, "utf8").replace(/\r?\n$/, "");
      return text === ""
        ? wrong(`error: ${passwordFile} is empty; write the password into it.`)
        : success({ text, isDemo: false });
    } catch (error) {
      const code = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
      return wrong(`error: cannot read the password from ${passwordFile} (${code}).`);
    }
  }
  const { WSECHO_PASSWORD: text } = env;
  if (text !== undefined && text !== "") return success({ text, isDemo: false });
  if (local && user === demo.user) return success({ text: demo.password, isDemo: true });
  return wrong(
    `error: no password for ${user}. Give --password-file FILE, or set WSECHO_PASSWORD. ` +
      "(The demo's password is tried on this machine only.)",
  );
}

function wrong(message: string): { readonly ok: false; readonly error: Exit } {
  return failure({ status: 2, message });
}

function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, "");
  if (host === "localhost" || host === "::1") return true;
  return isIP(host) === 4 && host.startsWith("127.");
}

function createCommand(): Command {
  return new Command("conformance")
    .description("Runs the protocol's vectors (PROTOCOL.md) against a server.")
    .option("--url <url>", "the server's ws:// or wss:// URL")
    .option("--user <name>", "a user who may log in", demo.user)
    .option("--password-file <file>", "holds the user's password; or set WSECHO_PASSWORD")
    .addOption(
      new Option("--dialect <name>", "which vectors to run")
        .choices(["plain", "v1", "both"])
        .default("both"),
    )
    .addOption(
      new Option(
        "--frames [where]",
        "RFC 6455 frame by frame instead of the vectors: at sessions and /echo, or at a pure echo",
      ).choices(["all", "echo"]),
    )
    .option("--filter <text>", "only vectors with this in their id, or with this rule")
    .option("--timeout <ms>", "time for one vector, without waits", parseMs, 5000)
    .option("--max-wait <ms>", "the longest wait for a limit of the server", parseMs, 2000)
    .option("--destructive", "also use up login attempts on another machine's server")
    .option("--allow-insecure-password", "allow ws:// to another machine")
    .option("--json", "one JSON document instead of lines")
    .allowExcessArguments(false)
    .addHelpText(
      "after",
      `
Examples:
  $ pnpm wsecho-server --demo &
  $ pnpm conformance --url ws://127.0.0.1:5678
  $ pnpm conformance --url ws://127.0.0.1:5678 --filter R2
  $ pnpm conformance --url ws://127.0.0.1:5678 --frames
  $ pnpm conformance --url ws://127.0.0.1:9001 --frames echo --filter "Autobahn 6"
  $ WSECHO_PASSWORD=… pnpm conformance --url wss://echo.example --user ada --dialect v1 --json

Exit status: 0 all passed or were skipped for a reason that is shown, 1 something failed or the
server could not be reached, 2 the command line was wrong.`,
    );
}

/** Commander would repeat a wrong value, which may hold a password. */
function readUrl(text: string | undefined): Result<URL, Exit> {
  if (text === undefined) return wrong("error: which server? Give --url ws://127.0.0.1:5678");
  const url = URL.parse(text);
  const example = "write it like ws://127.0.0.1:5678";
  if (url === null) return wrong(`error: --url is no URL; ${example}`);
  if (url.username !== "" || url.password !== "")
    return wrong("error: leave the password out of --url; see --password-file and --user.");
  if (url.protocol === "http:" || url.protocol === "https:")
    return wrong(`error: --url is for web pages. Did you mean ${text.replace(/^http/i, "ws")}?`);
  if (url.protocol !== "ws:" && url.protocol !== "wss:")
    return wrong(`error: the scheme of --url must be ws or wss; ${example}`);
  return success(url);
}

function parseMs(text: string): number {
  const ms = Number(text);
  if (!/^\d+$/.test(text) || ms < 1 || ms > 3_600_000)
    throw new InvalidArgumentError("It must be milliseconds, 1 to 3600000.");
  return ms;
}
