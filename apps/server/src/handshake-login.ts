import { failure, success, type Outcome, type Result } from "@wsecho/protocol";
import type { Authenticate } from "./authenticate.ts";
import type { BasicCredentials } from "./authorization.ts";
import type { Log } from "./log.ts";
import { unavailable, type Refusal } from "./refusal.ts";
import type { Connection } from "./session.ts";
import { unauthorized } from "./upgrade.ts";

export interface HandshakeLogin {
  readonly authenticate: Authenticate;
  readonly credentials: BasicCredentials;
  readonly timeoutMs: number;
  readonly log: Log;
}

/**
 * Checks the credentials of a handshake. `done` gets the user's name or the refusal, exactly once:
 * also when the store stays silent, or the server stops meanwhile.
 */
export function checkHandshakeLogin(
  { authenticate, credentials, timeoutMs, log }: HandshakeLogin,
  done: (result: Result<string, Refusal>) => void,
): Connection {
  let open = true;
  const finish = (result: Result<string, Refusal>): void => {
    if (!open) return;
    open = false;
    clearTimeout(timer);
    done(result);
  };
  const timer = setTimeout(() => finish(failure(storeSilent)), timeoutMs);
  const { user, password } = credentials;
  const message = { type: "auth", mechanism: "plain", user, password } as const;
  authenticate({ kind: "auth", message }).then(
    (outcome) => finish(toResult(outcome)),
    (error: unknown) => {
      log.error({ err: error }, "the user store failed");
      finish(failure(storeSilent));
    },
  );
  return { shutDown: () => finish(failure(unavailable("the server is shutting down"))) };
}

const storeSilent = unavailable("logins cannot be checked at the moment; try again later");

function toResult(outcome: Outcome): Result<string, Refusal> {
  return outcome.kind === "accepted"
    ? success(outcome.user)
    : failure(unauthorized("the user name or the password is wrong"));
}
