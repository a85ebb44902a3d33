import { computed, signal, type ReadonlySignal } from "@preact/signals";
import type {
  Credentials,
  CredentialsProvider,
  CredentialsRequest,
  RememberOptions,
} from "@wsecho/client";
import { closes } from "@wsecho/protocol";
import type { Target } from "../session/target.ts";
import type { PageEvent } from "../session/view.ts";
import { createCredentialsDesk } from "./credentials-desk.ts";
import type { KeptLogin } from "./kept-login.ts";
import type { Stay } from "./stay.ts";

/** How one session shows who it is: by what a person hands in, or by a token that was kept. */
export interface Identity {
  /** The server waits for credentials that only a person can give. */
  readonly question: ReadonlySignal<CredentialsRequest | null>;
  /** Whether the last refusal was of a token. */
  readonly tokenRefused: ReadonlySignal<boolean>;
  /** Whether a reconnect needs nothing of a person. */
  readonly keepsPassword: ReadonlySignal<boolean>;
  readonly provide: CredentialsProvider;
  /** The token for an upgrade request; empty where a person has to be asked again. */
  readonly takeToken: () => string;
  /** What another connection to the same server can log in with; `null` where a person has to say. */
  readonly held: () => Credentials | null;
  /** Answers the server's question, or its next one; `keep` is for reconnects. */
  readonly answer: (target: Target, secret: string, keep: boolean) => void;
  /** Asks for a token to stay logged in by. */
  readonly remember: (target: Target) => RememberOptions;
  /** Answers with the token of an earlier visit, where there is one. */
  readonly resume: () => KeptLogin | null;
  /** A server that refuses the kept token, or throws its user out, has ended the stay. */
  readonly watch: (event: PageEvent) => void;
  readonly forgetStay: () => void;
  /** Lets go of all that was handed in or kept. */
  readonly forget: () => void;
}

/** How long a login is remembered at most; the server may grant less. 30 days, in ms. */
const stayMs = 30 * 24 * 3_600_000;

export function createIdentity(target: ReadonlySignal<Target | null>, stay: Stay): Identity {
  const desk = createCredentialsDesk();
  const tokenRefused = signal(false);
  /** Whether the present connection logs in by the token of an earlier visit. */
  let resuming = false;
  /** Whether what was last handed in is a token. */
  let byToken = false;

  const forgetStay = (): void => {
    stay.forget();
    resuming = false;
  };
  return {
    question: desk.question,
    tokenRefused,
    keepsPassword: computed(
      () =>
        desk.keeps.value ||
        target.value?.method === "certificate" ||
        target.value?.dialect === "raw",
    ),
    provide: (request, signal) => {
      // What renews it is a new connection with a new certificate.
      if (target.value?.method === "certificate") return null;
      if (request.denied !== null) {
        tokenRefused.value = byToken;
        if (resuming) forgetStay();
      }
      return desk.provide(request, signal);
    },
    takeToken: desk.takeToken,
    held: () => {
      const token = stay.kept()?.token;
      return desk.kept() ?? (token === undefined ? null : { token });
    },
    answer: ({ method, username, dialect }, secret, keep) => {
      byToken = method === "token" || method === "bearer";
      if (method === "certificate" || dialect === "raw") return;
      desk.handIn(byToken ? { token: secret } : { username, password: secret }, keep);
    },
    remember: ({ url, username }) => ({
      forMs: stayMs,
      take: (token) => stay.save({ url, username, token }),
    }),
    resume: () => {
      const kept = stay.resume();
      if (kept === null) return null;
      resuming = true;
      byToken = true;
      desk.handIn({ token: kept.token }, false);
      return kept;
    },
    watch: (event) => {
      if (event.type !== "closed") return;
      const ended = resuming && event.code === closes.expired.code;
      if (stay.held.value && (ended || event.code === closes.revoked.code)) forgetStay();
    },
    forgetStay,
    forget: () => {
      desk.forget();
      forgetStay();
    },
  };
}
