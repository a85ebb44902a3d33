import { signal, type ReadonlySignal } from "@preact/signals";
import type { Credentials, CredentialsProvider, CredentialsRequest } from "@wsecho/client";

/** Where a session asks for credentials and a person hands them in. */
export interface CredentialsDesk {
  /** A question that only a person can answer; `null` when there is none. */
  readonly question: ReadonlySignal<CredentialsRequest | null>;
  /** Whether credentials are kept for reconnects. */
  readonly keeps: ReadonlySignal<boolean>;
  /** What is kept; `null` for nothing. */
  readonly kept: () => Credentials | null;
  readonly provide: CredentialsProvider;
  /** Answers the question, or the next one. `keep` is for as long as {@link forget} is not called. */
  readonly handIn: (credentials: Credentials, keep: boolean) => void;
  /** The token for an upgrade request; empty where a person has to be asked again. */
  readonly takeToken: () => string;
  readonly forget: () => void;
}

/**
 * The only place that holds a password, in memory: until the server has asked for it once, or,
 * where a person wants reconnects to be automatic, until they leave.
 */
export function createCredentialsDesk(): CredentialsDesk {
  const question = signal<CredentialsRequest | null>(null);
  const keeps = signal(false);
  let offered: Credentials | null = null;
  let kept: Credentials | null = null;
  let answer: ((credentials: Credentials | null) => void) | null = null;

  const keep = (credentials: Credentials | null): void => {
    kept = credentials;
    keeps.value = credentials !== null;
  };
  return {
    question,
    keeps,
    kept: () => kept,
    provide: (request, signal) => {
      if (request.denied !== null) keep(null);
      // The token that runs out cannot renew itself.
      const spent = request.renewal && kept !== null && "token" in kept;
      const known = offered ?? (spent ? null : kept);
      offered = null;
      if (known !== null) return known;
      return new Promise((resolve) => {
        const settle = (credentials: Credentials | null): void => {
          if (answer === settle) {
            answer = null;
            question.value = null;
          }
          resolve(credentials);
        };
        answer = settle;
        question.value = request;
        signal.addEventListener("abort", () => settle(null), { once: true });
      });
    },
    handIn: (credentials, forReconnects) => {
      keep(forReconnects ? credentials : null);
      if (answer === null) offered = credentials;
      else answer(credentials);
    },
    takeToken: () => {
      const known = offered ?? kept;
      offered = null;
      return known !== null && "token" in known ? known.token : "";
    },
    forget: () => {
      offered = null;
      keep(null);
      answer?.(null);
    },
  };
}
