import { closes, retryAfterClose, type DialectName, type StopReason } from "@wsecho/protocol";
import { redactHeader } from "@wsecho/wire/secrets";
import type { ExitName } from "./exit.ts";
import { explainFailure, plainHint } from "./explain-failure.ts";
import type { HandshakeFailure } from "./handshake.ts";
import { sanitizeLine } from "./terminal/sanitize.ts";

/** The end of a session, for a person and for a script. */
export interface Ending {
  readonly exit: ExitName;
  /** What happened and what to do about it; empty where nothing has to be said. */
  readonly text: string;
}

export interface EndingContext {
  /** The URL as it may be shown. */
  readonly url: string;
  /** Whether anybody was ever logged in. */
  readonly established: boolean;
  /** Whether broken connections were opened again. */
  readonly reconnect: boolean;
  /** How to start a server on this machine. */
  readonly serverCommand: string;
  readonly failure: HandshakeFailure | null;
  /** Why the token that was used may be refused, and what to do; `null` where there was none. */
  readonly token: string | null;
  /** The dialect of the last connection. Plain does not tell how many attempts are left. */
  readonly dialect: DialectName;
  /** Whether the handshake carried a name and password, or a token. */
  readonly handshakeLogin: boolean;
  /** Whether a client certificate was shown, and whether it was the login. */
  readonly certificate: "none" | "shown" | "login";
  /** What the command has for servers without a login; `null` for nothing. */
  readonly bare: "--dialect none" | "--raw" | null;
  /** The proxy on the way, as it may be shown; `null` for none. */
  readonly proxy?: string | null;
  /** The socket of this machine that leads to the server; `null` for none. */
  readonly socket?: string | null;
  /** Every header of a refusal, not only the telling ones. */
  readonly verbose?: boolean;
}

export function explain(reason: StopReason, context: EndingContext): Ending {
  const { url, failure } = context;
  switch (reason.kind) {
    case "left":
      return { exit: "ok", text: "" };
    case "closed":
      return explainClosed(reason, context);
    case "unreachable":
      return failure === null
        ? { exit: "unreachable", text: `No connection to ${url}: ${reason.detail}.` }
        : explainFailure(failure, context);
    case "timeout":
      return reason.phase === "connect"
        ? {
            exit: "timeout",
            text: `${url} did not answer in time. Check the address, or allow more with --connect-timeout.`,
          }
        : {
            exit: "timeout",
            text: `${url} did not go on with the login in time. ${
              context.certificate === "login"
                ? notByCertificate
                : `Is it a wsecho server? ${plainHint(context)}`
            }`,
          };
    case "refused":
      return { exit: "authentication", text: explainRefused(reason, context) };
    case "noCredentials":
      return { exit: "authentication", text: "Not logged in: the server asks for a login." };
    case "untrusted":
      return {
        exit: "authentication",
        text:
          "The server did not prove that it knows the password, so it is not trusted. " +
          "Check the URL; somebody may be between you and the server." +
          (context.certificate === "shown" ? ` ${alreadyIn}` : ""),
      };
    case "subprotocol":
      return {
        exit: "handshake",
        text: `${url} chose the subprotocol “${redactHeader("Sec-WebSocket-Protocol", reason.selected)}” where “${reason.expected}” was asked for. ${plainHint(context)}`,
      };
    case "protocol":
      return {
        exit: "closed",
        text: `${url} does not speak as a wsecho server does: ${reason.detail}. ${
          context.certificate === "shown" ? alreadyIn : plainHint(context)
        }`,
      };
  }
}

const notByCertificate =
  "It may take no certificates for logins: log in with --user NAME beside --cert, or without it.";

/** Our server greets whoever shows a certificate as logged in, before any other login can begin. */
const alreadyIn =
  "If it is a wsecho server with --tls-client-ca, the certificate of --cert is the login already: " +
  "leave user, password and token out, or log in by them without --cert.";

type Refused = Extract<StopReason, { readonly kind: "refused" }>;

function explainRefused(
  { attemptsLeft, retryAfterMs }: Refused,
  { token, dialect }: EndingContext,
): string {
  if (retryAfterMs > 0) {
    const seconds = Math.ceil(retryAfterMs / 1000);
    return `The login was refused: too many failed ones. Try again in ${seconds} s.`;
  }
  if (token !== null) return `The login was refused. ${token}`;
  const check = "Check the user name and the password.";
  if (dialect === "plain") return `The login was refused. ${check}`;
  const left = attemptsLeft > 0 ? ` (${attemptsLeft} more would have been allowed)` : "";
  return `The login was refused${left}. ${check} On the server, wsecho-server users list says who may log in.`;
}

function explainClosed(
  { code, reason }: Extract<StopReason, { readonly kind: "closed" }>,
  context: EndingContext,
): Ending {
  const text = `${describeClose(code, reason)}.${adviceFor(code, reason, context)}`;
  return { exit: exitOfClose(code, context.established), text };
}

function adviceFor(code: number, reason: string, context: EndingContext): string {
  const { established, reconnect, token, certificate } = context;
  const is = (close: { readonly code: number; readonly reason: string }): boolean =>
    close.code === code && close.reason === reason;
  if (is(closes.revoked))
    return (
      " The user was disabled, removed or got a new password, or somebody ended this session. " +
      "Log in with the new password, or ask whoever runs the server."
    );
  if (is(closes.tryAgainLater) && !established)
    return " The server cannot check logins at the moment; nothing is wrong with yours. Try again in a moment.";
  if (is(closes.loginTimeout))
    return " Log in again; --password-file, --token-file or WSECHO_PASSWORD save the typing.";
  switch (retryAfterClose(code, reason)) {
    case "never":
      return "";
    case "later":
      // The first connection is never retried.
      return established && !reconnect ? " --reconnect comes back by itself." : " Try again later.";
    case "credentials":
      if (certificate === "login")
        return " The client certificate of --cert has ended, or is no longer enough: get a new one.";
      return token === null ? " Log in again to go on." : ` ${token}`;
  }
}

/** Before the login these closes are about the login; later they are not. */
const loginCodes: ReadonlySet<number> = new Set([
  closes.refused.code,
  closes.loginTimeout.code,
  closes.tooManyAttempts.code,
]);

/** @param established whether anybody was ever logged in */
export function exitOfClose(code: number, established: boolean): ExitName {
  if (code === 1006) return "broken";
  if (code === 1015) return "tls";
  if (code === closes.notAuthenticated.code) return "authentication";
  if (!established && loginCodes.has(code)) return "authentication";
  return code === 1000 || code === 1001 || code === 1005 ? "ok" : "closed";
}

/** Codes that RFC 6455 section 7.4.1 gives a meaning and that wsecho itself never sends. */
export const otherMeanings: Readonly<Record<number, string>> = {
  1000: "normal close",
  1005: "no code given",
  1006: "the connection broke without a close",
  1014: "bad gateway",
  1015: "TLS failed",
};

/** For example: `The server closed with 4001 (a code unknown here), saying “bye”`. */
export function describeClose(code: number, reason: string, who = "The server"): string {
  const known = Object.values(closes).filter((close) => close.code === code);
  const meaning =
    otherMeanings[code] ?? (known.find((close) => close.reason === reason) ?? known[0])?.reason;
  const words = reason === "" || reason === meaning ? "" : `, saying “${sanitizeLine(reason)}”`;
  return code === 1006
    ? `${who === "The server" ? "The connection" : `The connection of ${who}`} broke without a close (1006)`
    : `${who} closed with ${code} (${meaning ?? "a code unknown here"})${words}`;
}
