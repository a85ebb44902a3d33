import type { ConnectOptions } from "@wsecho/client";
import type { Given } from "../credentials.ts";

/** What says who logs in, and how. */
export interface LoginOptions {
  readonly dialect?: "none" | "v1" | "plain" | undefined;
  readonly subprotocol?: readonly string[] | undefined;
  readonly allowInsecurePassword?: boolean;
}

/** `null` where nobody logs in. */
export interface LoginChoice {
  readonly session: ConnectOptions | null;
}

/** @returns an error in words where the options do not go together */
export function loginOf(options: LoginOptions, given: Given): LoginChoice | string {
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
