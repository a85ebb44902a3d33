import type { ConnectOptions } from "@wsecho/client";
import type { Given } from "../credentials.ts";

/** What says who logs in, and how. */
export interface LoginOptions {
  readonly dialect?: "none" | "v1" | "plain" | undefined;
  readonly subprotocol?: readonly string[] | undefined;
  readonly allowInsecurePassword?: boolean;
}

export interface LoginChoice {
  /** `null` where nobody logs in. */
  readonly session: ConnectOptions | null;
  /** There is a login, which only the environment has, and which is not for this server. */
  readonly unused?: true;
}

/**
 * The login for a server: one that only the environment has is for those of wsecho, and for whatever a
 * dialect was chosen for.
 *
 * @param isKin asks the server whether it is one of wsecho's
 * @returns an error in words where the options do not go together
 */
export async function chooseLogin(
  options: LoginOptions,
  given: Given,
  isKin: () => Promise<boolean>,
): Promise<LoginChoice | string> {
  if (given.ambient !== true || options.dialect !== undefined) return loginOf(options, given);
  if (options.subprotocol !== undefined || !(await isKin())) return { session: null, unused: true };
  return loginOf(options, given);
}

function loginOf(options: LoginOptions, given: Given): LoginChoice | string {
  const { username, password, byCertificate } = given;
  const token = given.token?.();
  if (token?.ok === false) return token.error;
  const named = token !== undefined || username !== undefined || byCertificate === true;
  const dialect = options.dialect ?? (named ? "v1" : "none");
  if (dialect === "none") return { session: null };
  if (options.subprotocol !== undefined)
    return `--subprotocol goes with --dialect none; ${dialect} has its own`;
  const shared = {
    dialect,
    allowInsecurePassword: options.allowInsecurePassword ?? false,
  } as const;
  if (byCertificate === true) return { session: { ...shared, handshakeLogin: true } };
  if (token !== undefined) return { session: { ...shared, token: token.value } };
  if (username === undefined || password === undefined)
    return "to log in, give --user NAME and --password-file FILE (or WSECHO_PASSWORD), or --token-file FILE";
  return { session: { ...shared, username, password } };
}
