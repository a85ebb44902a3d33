import type { ExitName } from "../exit.ts";

/** What was looked at, in the order in which a connection comes about. */
export type Check =
  | "DNS"
  | "TCP"
  | "TLS"
  | "certificate"
  | "upgrade"
  | "subprotocol"
  | "compression"
  | "login"
  | "ping"
  | "latency"
  | "close";

/** One line of the doctor's. */
export interface Verdict {
  readonly check: Check;
  /** `skip`: not looked at, for a reason that the text tells. */
  readonly outcome: "ok" | "warn" | "fail" | "skip";
  /** What was seen. May quote a peer: whoever prints it makes it harmless. */
  readonly text: string;
  /** What to do; always there for `warn` and `fail`. */
  readonly advice?: string;
}

export const ok = (check: Check, text: string): Verdict => ({ check, outcome: "ok", text });
export const skip = (check: Check, text: string, advice?: string): Verdict => ({
  check,
  outcome: "skip",
  text,
  ...(advice === undefined ? {} : { advice }),
});
export const warn = (check: Check, text: string, advice: string): Verdict => ({
  check,
  outcome: "warn",
  text,
  advice,
});
export const fail = (check: Check, text: string, advice: string): Verdict => ({
  check,
  outcome: "fail",
  text,
  advice,
});

const exits: Readonly<Record<Check, ExitName>> = {
  DNS: "unreachable",
  TCP: "unreachable",
  TLS: "tls",
  certificate: "tls",
  upgrade: "handshake",
  subprotocol: "handshake",
  compression: "handshake",
  login: "authentication",
  ping: "timeout",
  latency: "timeout",
  close: "broken",
};

/** The exit status is that of the first check that failed. */
export function exitOf(verdicts: readonly Verdict[]): ExitName {
  const failed = verdicts.find(({ outcome }) => outcome === "fail");
  return failed === undefined ? "ok" : exits[failed.check];
}

export function formatMs(ms: number): string {
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}
