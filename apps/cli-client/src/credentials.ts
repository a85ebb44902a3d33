import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Credentials, CredentialsRequest } from "@wsecho/client";
import { failure, success, type Denied, type Result } from "@wsecho/protocol";
import type { Question } from "./prompt/terminal.ts";
import type { Target } from "./target.ts";

/** What is known before anybody is asked. */
export interface Given {
  readonly username: string | undefined;
  readonly password: string | undefined;
}

export interface CredentialOptions {
  readonly user?: string;
  readonly password?: string;
  readonly passwordFile?: string;
  readonly passwordStdin?: boolean;
}

export interface CredentialSources {
  readonly options: CredentialOptions;
  readonly target: Target;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The first line of the input. */
  readonly readLine: () => Promise<string | undefined>;
  readonly warn: (text: string) => void;
}

/** Options come before the URL, the URL before the environment. Errors and warnings hold no secret. */
export async function gatherCredentials(
  sources: CredentialSources,
): Promise<Result<Given, string>> {
  const { options, target, env, warn } = sources;
  const username = options.user ?? target.username ?? nonEmpty(env["WSECHO_USER"]);
  const explicit = await explicitPassword(sources);
  if (!explicit.ok) return explicit;
  if (target.password !== undefined || options.password !== undefined) {
    // What has been read is taken out of the process list; it was there for a moment.
    process.title = "wsecho";
    const where = options.password === undefined ? "the URL" : "--password";
    warn(
      `The password in ${where} can be read by others in the process list and stays in the ` +
        "shell's history. Better: --password-file, WSECHO_PASSWORD, or leave it out and be asked.",
    );
  }
  const password = explicit.value ?? target.password ?? nonEmpty(env["WSECHO_PASSWORD"]);
  return success({ username, password });
}

async function explicitPassword({
  options,
  readLine,
}: CredentialSources): Promise<Result<string | undefined, string>> {
  if (options.passwordStdin === true) {
    const line = await readLine();
    return line === undefined
      ? failure("--password-stdin: the input ended before its first line")
      : success(withoutReturn(line));
  }
  if (options.passwordFile !== undefined) return readPasswordFile(options.passwordFile);
  return success(options.password);
}

async function readPasswordFile(path: string): Promise<Result<string, string>> {
  try {
    const [line = ""] = (await readFile(path, "utf8")).split("\n");
    return line === ""
      ? failure(`--password-file: the first line of ${path} is empty`)
      : success(withoutReturn(line));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return failure(`--password-file: ${path} cannot be read (${code ?? "unknown error"})`);
  }
}

/** Editors on Windows end lines with CR LF; a password typed at a prompt has neither. */
function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}

export interface Asker {
  /** `null` where there is nobody to ask, or they gave up. */
  readonly ask: (
    questions: readonly Question[],
    signal: AbortSignal,
  ) => Promise<readonly string[] | null>;
  /** Whether there is a person. */
  readonly present: () => boolean;
  readonly info: (text: string) => void;
  readonly problem: (text: string) => void;
}

type Provider = (request: CredentialsRequest, signal: AbortSignal) => Promise<Credentials | null>;

/**
 * Answers every request for a login: with what was given, then by asking; after a reconnect and
 * for a renewal with what the server last took.
 */
export function createProvider(given: Given, asker: Asker): Provider {
  let known: Given = given;

  return async (request, signal) => {
    const { denied } = request;
    const { username, password } = known;
    if (denied === null && username !== undefined && password !== undefined)
      return { username, password };
    if (!asker.present()) {
      // A refusal is told where the session ends.
      if (denied === null) asker.problem(missing(known));
      return null;
    }
    if (denied !== null && !(await tellRefusal(denied, request, signal))) return null;
    const askName = username === undefined || denied !== null;
    const questions = [
      ...(askName ? [{ prompt: namePrompt(username), hidden: false }] : []),
      { prompt: "password: ", hidden: true },
    ];
    for (;;) {
      const answers = await asker.ask(questions, signal);
      if (answers === null) return null;
      const typed = askName ? answers[0] : undefined;
      const name = typed === undefined || typed === "" ? username : typed;
      // An empty name is nobody's; a second look is kinder than a wasted attempt.
      if (name === undefined) continue;
      const credentials = { username: name, password: answers.at(-1) ?? "" };
      known = credentials;
      return credentials;
    }
  };

  async function tellRefusal(
    { attemptsLeft, retryAfterMs }: Denied,
    { dialect }: CredentialsRequest,
    signal: AbortSignal,
  ): Promise<boolean> {
    // The plain dialect has no words for the number of attempts.
    const left = dialect === "plain" ? "" : ` ${count(attemptsLeft)} left.`;
    asker.problem(`The user name or password is wrong.${left}`);
    if (retryAfterMs <= 0) return true;
    asker.info(`The server wants ${Math.ceil(retryAfterMs / 1000)} s of patience first.`);
    return sleep(retryAfterMs, true, { signal }).catch(() => false);
  }
}

function namePrompt(username: string | undefined): string {
  return username === undefined ? "user name: " : `user name [${username}]: `;
}

function count(attempts: number): string {
  return attempts === 1 ? "1 attempt is" : `${attempts} attempts are`;
}

function missing({ username }: Given): string {
  const who = username === undefined ? "--user NAME and " : "";
  return (
    "There is no terminal to ask for the login at. " +
    `Give ${who}the password by --password-file FILE, --password-stdin or WSECHO_PASSWORD.`
  );
}
