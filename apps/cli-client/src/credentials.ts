import { readFile } from "node:fs/promises";
import { failure, success, type Result } from "@wsecho/protocol";
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
