import { failure, success, type Login, type Result } from "@wsecho/protocol";
import type { Authenticate, LoginStep } from "./authenticate.ts";
import type { Credentials } from "./authorization.ts";
import { printable, type Log } from "./log.ts";
import { unavailable, type Refusal } from "./refusal.ts";
import type { Connection } from "./session.ts";
import { logStoreFailure } from "./store-failure.ts";
import { unauthorized } from "./upgrade.ts";
import type { Proof, Verdict } from "./verdict.ts";

export interface HandshakeLogin {
  readonly authenticate: Authenticate;
  readonly credentials: Credentials;
  readonly timeoutMs: number;
  readonly log: Log;
}

/** Who the handshake proved this to be, and how. */
export interface ProvenLogin extends Login {
  readonly proof: Proof;
}

/**
 * Checks the credentials of a handshake. `done` gets the login or the refusal, exactly once: also
 * when the store stays silent, or the server stops meanwhile.
 */
export function checkHandshakeLogin(
  { authenticate, credentials, timeoutMs, log }: HandshakeLogin,
  done: (result: Result<ProvenLogin, Refusal>) => void,
): Connection {
  let open = true;
  const finish = (result: Result<ProvenLogin, Refusal>): void => {
    if (!open) return;
    open = false;
    clearTimeout(timer);
    done(result);
  };
  const timer = setTimeout(() => finish(failure(storeSilent)), timeoutMs);
  authenticate(toStep(credentials)).then(
    (verdict) => finish(toResult(verdict, credentials)),
    (error: unknown) => {
      logStoreFailure(log, error);
      finish(failure(storeSilent));
    },
  );
  return { shutDown: () => finish(failure(unavailable("the server is shutting down"))) };
}

const storeSilent = unavailable("logins cannot be checked at the moment; try again later");

function toStep(credentials: Credentials): LoginStep {
  switch (credentials.kind) {
    case "password": {
      const { user, password } = credentials;
      return { kind: "auth", message: { type: "auth", mechanism: "plain", user, password } };
    }
    case "token": {
      const { token } = credentials;
      return { kind: "auth", message: { type: "auth", mechanism: "token", token } };
    }
    case "certificate":
      return credentials;
  }
}

/** For the log and the audit. */
const mechanisms = { password: "basic", token: "bearer", certificate: "certificate" } as const;

function toResult(verdict: Verdict, credentials: Credentials): Result<ProvenLogin, Refusal> {
  switch (verdict.kind) {
    case "accepted": {
      const { user, expiresInMs, version } = verdict;
      const mechanism = mechanisms[credentials.kind];
      const expiry = expiresInMs === undefined ? {} : { expiresInMs };
      return success({ user, ...expiry, proof: { mechanism, version } });
    }
    case "refused":
      if (verdict.throttled === true) return failure(tooMany(verdict.retryAfterMs ?? 0));
      return failure(wrong(credentials));
    case "challenge":
    case "unavailable":
      return failure(storeSilent);
  }
}

function wrong(credentials: Credentials): Refusal {
  switch (credentials.kind) {
    case "password":
      return unauthorized("the user name or the password is wrong");
    case "token":
      return unauthorized("the token is expired, revoked or none of this server's; get a new one");
    case "certificate":
      // The authority has proven the name, so the log may tell it.
      return {
        status: 403,
        message: "the user whom the client certificate names does not exist or may not log in",
        facts: { user: printable(credentials.name) },
      };
  }
}

/** RFC 6585 section 4. */
function tooMany(retryAfterMs: number): Refusal {
  const seconds = Math.ceil(retryAfterMs / 1000);
  return {
    status: 429,
    message: `too many failed logins; try again in ${seconds} s`,
    headers: { "Retry-After": String(seconds) },
  };
}
