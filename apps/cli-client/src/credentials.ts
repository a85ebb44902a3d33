import { failure, success, type Result } from "@wsecho/protocol";
import { exposure, readSecret, withoutReturn } from "./secret-file.ts";
import type { Target } from "./target.ts";

type Token = () => Result<string, string>;

/** What is known before anybody is asked. */
export interface Given {
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** The present token; a file is read anew each time, as somebody may have put a newer one there. */
  readonly token?: Token;
  /** The certificate of the TLS handshake says who this is; nobody is ever asked. */
  readonly byCertificate?: true;
  /** Only the environment has it, which is about no server in particular. */
  readonly ambient?: true;
}

export interface CredentialOptions {
  readonly user?: string;
  readonly password?: string;
  readonly passwordFile?: string;
  readonly passwordStdin?: boolean;
  /** Only to say what to use instead. */
  readonly token?: string;
  readonly tokenFile?: string;
  readonly cert?: string;
}

export interface CredentialSources {
  readonly options: CredentialOptions;
  readonly target: Target;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The first line of the input. */
  readonly readLine: () => Promise<string | undefined>;
  readonly warn: (text: string) => void;
}

/** The option that takes the first line of the input for a secret; `null` where none does. */
export function secretFromInput(options: CredentialOptions): string | null {
  if (options.passwordStdin === true) return "--password-stdin";
  if (options.passwordFile === "-") return "--password-file -";
  return options.tokenFile === "-" ? "--token-file -" : null;
}

/**
 * Options come before the URL, the URL before the environment; a certificate before the environment,
 * too, as it is an option, but it may also stand beside a login by other means. Errors and warnings
 * hold no secret.
 */
export async function gatherCredentials(
  sources: CredentialSources,
): Promise<Result<Given, string>> {
  const { options, target, env, warn } = sources;
  const nobody = { username: undefined, password: undefined };
  const token = await findToken(sources);
  if (!token.ok) return token;
  if (options.cert !== undefined && !namesLogin(options, target))
    return success({ ...nobody, byCertificate: true });
  const ambient = namesLogin(options, target) ? {} : ({ ambient: true } as const);
  if (token.value !== null) return success({ ...nobody, token: token.value, ...ambient });
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
  const found = (username ?? password) !== undefined;
  return success({ username, password, ...(found ? ambient : {}) });
}

function namesLogin(options: CredentialOptions, { username, password }: Target): boolean {
  const { user, passwordFile, passwordStdin, tokenFile } = options;
  return (
    (user ?? options.password ?? passwordFile ?? passwordStdin ?? tokenFile) !== undefined ||
    (username ?? password) !== undefined
  );
}

async function explicitPassword({
  options,
  readLine,
  warn,
}: CredentialSources): Promise<Result<string | undefined, string>> {
  const { passwordFile, password } = options;
  if (options.passwordStdin === true) return firstLine("--password-stdin", readLine);
  return passwordFile === undefined
    ? success(password)
    : fromFile("--password-file", passwordFile, { readLine, warn });
}

type Reading = Pick<CredentialSources, "readLine" | "warn">;

async function fromFile(
  option: string,
  path: string,
  { readLine, warn }: Reading,
): Promise<Result<string, string>> {
  if (path === "-") return firstLine(`${option} -`, readLine);
  const secret = readSecret(option, path);
  const open = secret.ok ? exposure(path) : null;
  if (open !== null) warn(open);
  return secret;
}

async function firstLine(
  option: string,
  readLine: CredentialSources["readLine"],
): Promise<Result<string, string>> {
  const line = await readLine();
  return line === undefined
    ? failure(`${option}: the input ended before its first line`)
    : success(withoutReturn(line));
}

/** A token names its user, so whoever names one wants to log in by password. */
async function findToken(sources: CredentialSources): Promise<Result<Token | null, string>> {
  const { options, target, env } = sources;
  const path = options.tokenFile;
  if (options.token !== undefined) {
    process.title = "wsecho";
    return failure(
      "--token would show the token in the process list and leave it in the shell's history; use " +
        "--token-file FILE, or the variable WSECHO_TOKEN",
    );
  }
  const named = options.user ?? target.username ?? target.password;
  if (path !== undefined) {
    if (named !== undefined)
      return failure("a token names its user: leave --user, and a user in the URL, out");
    const first = await fromFile("--token-file", path, sources);
    if (!first.ok) return first;
    return success(path === "-" ? () => first : () => readSecret("--token-file", path));
  }
  const token = nonEmpty(env["WSECHO_TOKEN"]);
  const { password, passwordFile, passwordStdin } = options;
  const byPassword = named ?? password ?? passwordFile ?? passwordStdin;
  return success(token === undefined || byPassword !== undefined ? null : () => success(token));
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}
