import {
  decodeClientMessage,
  encodeMessage,
  failure,
  success,
  type AuthMessage,
  type DialectName,
  type Result,
} from "@wsecho/protocol";

/** What may be offered: both kinds where both were given as options. */
export interface Offer {
  readonly password?: { readonly username: string; readonly password: string };
  readonly token?: string;
}

/** How to log in. SCRAM's first message needs an exchange, which the shell starts. */
export type Choice =
  | { readonly mechanism: "scram-sha-256"; readonly username: string; readonly password: string }
  | { readonly mechanism: "token" | "plain"; readonly message: AuthMessage };

export interface Setting {
  readonly dialect: DialectName;
  readonly mechanisms: readonly string[];
  /** Whether a secret may cross the wire as it is. */
  readonly mayReveal: boolean;
}

/**
 * Chooses the way to log in that gives least away: SCRAM, then a token, then the password itself.
 * An error says what stood in the way and what to do, and holds no secret.
 */
export function chooseMechanism(
  { password, token }: Offer,
  { dialect, mechanisms, mayReveal }: Setting,
): Result<Choice, string> {
  if (password !== undefined && mechanisms.includes("scram-sha-256"))
    return success({ mechanism: "scram-sha-256", ...password });
  if (token !== undefined && mechanisms.includes("token")) {
    if (!mayReveal) return failure(insecure("the token", "whoever reads it can log in"));
    return check({ mechanism: "token", message: { type: "auth", mechanism: "token", token } });
  }
  if (password !== undefined && mechanisms.includes("plain")) {
    if (!mayReveal) return failure(insecure("the password", withoutScram(dialect)));
    const { username: user, password: secret } = password;
    if (dialect === "plain" && user.includes(":"))
      return failure("the plain dialect cannot say a user name with a colon; use dialect v1");
    const message = { type: "auth", mechanism: "plain", user, password: secret } as const;
    return dialect === "plain"
      ? success({ mechanism: "plain", message })
      : check({ mechanism: "plain", message });
  }
  const have = password !== undefined ? "a password" : token !== undefined ? "a token" : "nothing";
  return failure(`the server offers ${offered(mechanisms)} and the client has ${have}`);
}

function insecure(what: string, why: string): string {
  return (
    `${what} itself would cross an unencrypted connection to another machine (${why}); use a ` +
    "wss:// URL, or allow it with allowInsecurePassword: true"
  );
}

function withoutScram(dialect: DialectName): string {
  return dialect === "plain"
    ? "the plain dialect knows no other way"
    : "the server offers no SCRAM";
}

function offered(mechanisms: readonly string[]): string {
  return mechanisms.length === 0 ? "no way to log in" : mechanisms.join(", ");
}

/** What the server's validator would refuse is told here, where nothing has been lost yet. */
function check(choice: Extract<Choice, { readonly message: AuthMessage }>): Result<Choice, string> {
  const decoded = decodeClientMessage(encodeMessage(choice.message));
  return decoded.ok ? success(choice) : failure(decoded.error);
}
