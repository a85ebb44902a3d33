import type { DialectName } from "../dialect/dialect.ts";
import { decodePlainVerdict } from "../dialect/plain.ts";
import type { ServerMessage } from "../messages.ts";
import type { Accepted, ClientEffect, Denied, LoginStep } from "./state.ts";

/** What a server's word, or the shell's answer, does to a login; first ones and renewals alike. */
export type LoginResult =
  | { readonly kind: "next"; readonly login: LoginStep; readonly effects: readonly ClientEffect[] }
  /** `ok` came, but the server has yet to prove that it knows the password. */
  | {
      readonly kind: "held";
      readonly login: LoginStep;
      readonly accepted: Accepted;
      readonly effects: readonly ClientEffect[];
    }
  | { readonly kind: "accepted"; readonly accepted: Accepted }
  | { readonly kind: "denied"; readonly denied: Denied }
  | { readonly kind: "untrusted" }
  | { readonly kind: "broken"; readonly detail: string };

type LoginMessage = Extract<ServerMessage, { readonly type: "challenge" | "ok" | "denied" }>;

/** A v1 server's word about a login. */
export function takeLoginMessage(login: LoginStep, message: LoginMessage): LoginResult {
  if (login.kind !== "sent" && login.kind !== "answered")
    return { kind: "broken", detail: `${message.type} without a login in progress` };
  switch (message.type) {
    case "denied": {
      const { attemptsLeft, retryAfterMs } = message;
      return { kind: "denied", denied: { attemptsLeft, retryAfterMs } };
    }
    case "challenge":
      if (!login.scram || login.kind === "answered")
        return { kind: "broken", detail: "challenge for a login that needs none" };
      return {
        kind: "next",
        login: { ...login, kind: "answering" },
        effects: [{ type: "answerChallenge", attempt: login.attempt, data: message.data }],
      };
    case "ok": {
      const { user, expiresInMs, data } = message;
      const accepted = { user, ...(expiresInMs === undefined ? {} : { expiresInMs }) };
      if (!login.scram) return { kind: "accepted", accepted };
      // An `ok` that skips the exchange proves nothing: anyone between us could have sent it.
      if (login.kind === "sent") return { kind: "untrusted" };
      return {
        kind: "held",
        login: { ...login, kind: "checking" },
        accepted,
        effects: [{ type: "checkServer", attempt: login.attempt, data: data ?? null }],
      };
    }
  }
}

/**
 * A plain server's verdict; it names no user and no number of attempts left. `undefined` for
 * anything else that it says: somebody else's server may greet, before or after the credentials.
 */
export function takePlainVerdict(text: string): LoginResult | undefined {
  const verdict = decodePlainVerdict(text);
  if (!verdict.ok) return undefined;
  return verdict.value === "accepted"
    ? { kind: "accepted", accepted: { user: null } }
    : { kind: "denied", denied: { attemptsLeft: 1, retryAfterMs: 0 } };
}

/** Asks the shell for credentials. */
export function askEffect(
  attempt: number,
  dialect: DialectName,
  mechanisms: readonly string[],
  denied: Denied | null,
): ClientEffect {
  return { type: "askCredentials", attempt, dialect, mechanisms, denied };
}
