import { retryAfterClose, type DialectName, type StopReason } from "@wsecho/protocol";
import type { WireSize } from "./payload.ts";

/** Why a promise of a session was rejected. */
export type FailureReason =
  | StopReason
  /** The message was sent and the connection ended: the server may or may not have seen it. */
  | { readonly kind: "lost" }
  /** The message never left. */
  | { readonly kind: "unsent" }
  /** The server answered this message with an error; the session goes on. */
  | { readonly kind: "rejected"; readonly code: number; readonly message: string }
  /** The message is larger than the server allows, so it was not sent; the session goes on. */
  | { readonly kind: "tooBig"; readonly bytes: number; readonly maxBytes: number }
  /** The caller's signal; `cause` is the signal's own reason. */
  | { readonly kind: "aborted" };

/** What every promise of a session rejects with. Its message never holds a secret. */
export class SessionError extends Error {
  readonly reason: FailureReason;

  constructor(reason: FailureReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "SessionError";
    this.reason = reason;
  }
}

export interface ErrorContext {
  /** Without query, which may hold a token. */
  readonly url: string;
  /** What the caller asked for. */
  readonly dialect: DialectName | "auto";
  /** Why no login was tried or believed. */
  readonly problem: LoginProblem | null;
  /** The last error message of a v1 server on this connection. */
  readonly serverWords: string | null;
}

export interface LoginProblem {
  /** Never holds a secret. */
  readonly detail: string;
  /** What a credentials function threw. It may quote a secret, so only `cause` carries it. */
  readonly cause?: unknown;
}

/** The whole session ended: what happened and what to do. */
export function stopError(reason: StopReason, context: ErrorContext): SessionError {
  const { problem } = context;
  const options = problem?.cause === undefined ? undefined : { cause: problem.cause };
  return new SessionError(reason, stopMessage(reason, context), options);
}

function stopMessage(reason: StopReason, context: ErrorContext): string {
  const { url, dialect, problem } = context;
  switch (reason.kind) {
    case "left":
      return "The session was closed from this side. Connect again to go on.";
    case "closed":
      return closedMessage(reason, context);
    case "unreachable":
      return (
        `Could not connect to ${url}: ${printable(reason.detail)}. Check the URL, and that a ` +
        `WebSocket server runs there.${dialectHint(dialect)}`
      );
    case "timeout":
      return reason.phase === "connect"
        ? `Could not connect to ${url}: no answer in time. Check the URL and the network.`
        : `The server at ${url} did not finish the login in time. Check that it is a wsecho ` +
            `server, or try again.${dialectHint(dialect)}`;
    case "refused":
      return `The server refused the login: the credentials are wrong. ${refusedAdvice(reason)}`;
    case "noCredentials":
      return `The server asks for a login and got none: ${problem?.detail ?? "there was nothing to offer"}.`;
    case "untrusted":
      return (
        "The login was broken off, because the server could not be trusted. " +
        `${problem?.detail ?? "It accepted the login without proof that it knows the password."} ` +
        "Check the URL: somebody may stand between you and the server."
      );
    case "subprotocol":
      return (
        `The server selected ${reason.selected === "" ? "no subprotocol" : printable(reason.selected)} ` +
        `instead of ${reason.expected === "" ? "none" : reason.expected}. Check that it is a wsecho server.${dialectHint(dialect)}`
      );
    case "protocol":
      return (
        `The server broke the protocol: ${printable(reason.detail)}. Check that it is a wsecho ` +
        `server of this version.${dialectHint(dialect)}`
      );
  }
}

type Closed = Extract<StopReason, { readonly kind: "closed" }>;

function closedMessage({ code, reason }: Closed, { serverWords }: ErrorContext): string {
  const name = reason === "" ? "" : ` (${printable(reason)})`;
  const why =
    serverWords === null || serverWords === reason ? "" : ` It said: ${printable(serverWords)}.`;
  const what =
    code === 1006
      ? "The connection broke without a goodbye (code 1006)."
      : `The server closed the connection with code ${String(code)}${name}.`;
  return `${what}${why} ${closedAdvice(code, reason)}`;
}

function closedAdvice(code: number, reason: string): string {
  switch (retryAfterClose(code, reason)) {
    case "never":
      return code === 1000
        ? "Connect again to go on."
        : "The same again would end the same: correct what the server objects to.";
    case "later":
      return "Connect again later, or set reconnect: true.";
    case "credentials":
      return "Connect again with new or renewed credentials.";
  }
}

function refusedAdvice(reason: { readonly retryAfterMs: number }): string {
  return reason.retryAfterMs > 0
    ? `Check them, and wait ${String(Math.ceil(reason.retryAfterMs / 1000))} s before the next try.`
    : "Check them and try again.";
}

function dialectHint(dialect: DialectName | "auto"): string {
  switch (dialect) {
    case "v1":
      return ' If the server speaks only the plain dialect, set dialect: "plain" or "auto".';
    case "plain":
      return ' If the server speaks only v1, set dialect: "v1" or "auto".';
    case "auto":
      return "";
  }
}

export function lostError(cause: SessionError | undefined): SessionError {
  return new SessionError(
    { kind: "lost" },
    "The message was sent but the connection ended before its echo: the server may or may not " +
      "have seen it. Ask again, or set resend: true together with reconnect: true where seeing it " +
      "twice does no harm.",
    cause === undefined ? undefined : { cause },
  );
}

export function unsentError(cause: SessionError | undefined): SessionError {
  const why = cause === undefined ? "" : ` ${cause.message}`;
  return new SessionError(
    { kind: "unsent" },
    `The message was not sent: the session ended first.${why}`,
    cause === undefined ? undefined : { cause },
  );
}

export function rejectedError(code: number, message: string): SessionError {
  return new SessionError(
    { kind: "rejected", code, message },
    `The server did not take this message (code ${String(code)}): ${printable(message)}. ` +
      "The session goes on.",
  );
}

export function tooBigError({ bytes, maxBytes }: WireSize): SessionError {
  return new SessionError(
    { kind: "tooBig", bytes, maxBytes },
    `The message takes ${String(bytes)} bytes and the server allows ${String(maxBytes)}. It was ` +
      "not sent: send it in parts.",
  );
}

export function abortedError(what: string, signal: AbortSignal): SessionError {
  return new SessionError({ kind: "aborted" }, `${what} was aborted by the caller's signal.`, {
    cause: signal.reason,
  });
}

/** Errors end up in terminals: a peer's words must not move the cursor or turn the text around. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\u{FFFD}");
}
