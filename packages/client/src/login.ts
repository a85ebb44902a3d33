import type { ClientEffect, ClientEvent, DialectName } from "@wsecho/protocol";
import { startScramClient, type ScramClient, type ScramCrypto } from "@wsecho/protocol/scram";
import { chooseMechanism, type Offer } from "./credentials.ts";
import { createNonce } from "./crypto.ts";
import type { LoginProblem } from "./errors.ts";
import type { ConnectOptions, CredentialsRequest } from "./options.ts";

/**
 * The most PBKDF2 rounds that a server may demand: more than three times what OWASP advises for
 * SHA-256 (600 000). They took 0.3 s of processor time with WebCrypto and 3 s without it where they
 * were measured; a hostile server could otherwise keep a client busy for hours.
 */
export const maxScramIterations = 2_000_000;

export interface LoginHost {
  readonly options: ConnectOptions;
  /** Whether a secret may cross the wire as it is. */
  readonly mayReveal: boolean;
  readonly loadCrypto: () => Promise<ScramCrypto>;
  /** The optional abilities of the server, as its `hello` says. */
  readonly features: () => readonly string[];
  readonly dispatch: (event: ClientEvent) => void;
  /** Why a login is not tried or not believed; never a secret. */
  readonly problem: (detail: string) => void;
}

type AskEffect = Extract<ClientEffect, { readonly type: "askCredentials" }>;

/** Answers the machine's questions about logins. Late answers carry an old attempt: harmless. */
export interface Login {
  readonly ask: (effect: AskEffect, renewal: boolean) => void;
  readonly answer: (attempt: number, serverFirst: string) => void;
  readonly check: (attempt: number, serverFinal: string | null) => void;
  /** Nobody waits for an answer any more. */
  readonly forget: () => void;
  /** What stood in the way of the last login. */
  readonly problem: () => LoginProblem | null;
}

export function createLogin({
  options,
  mayReveal,
  loadCrypto,
  features,
  dispatch,
  problem,
}: LoginHost): Login {
  const { credentials: provider, remember } = options;
  const fixed = fixedOffer(options);
  let fixedRefused = false;
  /** Whether the attempt under way uses the fixed credentials. */
  let offersFixed = false;
  let asking: AbortController | null = null;
  let exchange: { readonly attempt: number; readonly scram: ScramClient } | null = null;
  let lastProblem: LoginProblem | null = null;

  function report(found: LoginProblem): void {
    lastProblem = found;
    problem(found.detail);
  }

  async function choose(request: CredentialsRequest, signal: AbortSignal): Promise<Offer | null> {
    if (request.denied !== null && offersFixed) fixedRefused = true;
    // Without a function to ask, the fixed ones are all there is, also on the next connection.
    const mayOfferFixed = provider === undefined ? request.denied === null : !fixedRefused;
    offersFixed = fixed !== null && mayOfferFixed;
    if (offersFixed) return fixed;
    if (provider === undefined) {
      if (request.denied === null) report({ detail: noCredentials });
      return null;
    }
    const given = await provider(request, signal);
    if (given !== null) return "token" in given ? { token: given.token } : { password: given };
    if (request.denied === null && !signal.aborted)
      report({ detail: "the credentials function gave none" });
    return null;
  }

  async function offer(effect: AskEffect, renewal: boolean, signal: AbortSignal): Promise<void> {
    const { attempt, dialect, mechanisms, denied } = effect;
    const isMoot = (): boolean => signal.aborted;
    const giveUp = (): void => dispatch({ type: "credentials", attempt, message: null });
    const chosen = await choose({ dialect, mechanisms, denied, renewal }, signal);
    if (isMoot()) return;
    if (chosen === null) {
      giveUp();
      return;
    }
    const choice = chooseMechanism(chosen, { dialect, mechanisms, mayReveal });
    if (!choice.ok) {
      report({ detail: choice.error });
      giveUp();
      return;
    }
    if (choice.value.mechanism !== "scram-sha-256") {
      const { message } = choice.value;
      // A token gets no further one (PROTOCOL.md L14), so nobody asks.
      const full = message.mechanism === "plain" ? { ...message, ...wish(dialect) } : message;
      dispatch({ type: "credentials", attempt, message: full });
      return;
    }
    const crypto = await loadCrypto();
    if (isMoot()) return;
    const { username: user, password } = choice.value;
    const nonce = createNonce();
    const maxIterations = maxScramIterations;
    const started = startScramClient({ crypto, user, password, nonce, maxIterations });
    if (!started.ok) {
      report({ detail: started.error.message });
      giveUp();
      return;
    }
    exchange = { attempt, scram: started.value };
    const data = started.value.clientFirst;
    dispatch({
      type: "credentials",
      attempt,
      message: { type: "auth", mechanism: "scram-sha-256", data, ...wish(dialect) },
    });
  }

  /** Asks for a token where somebody wants one and it may cross the wire. */
  function wish(dialect: DialectName): { readonly rememberMs?: number } {
    if (remember === undefined) return {};
    const why =
      dialect === "plain" || !features().includes("remember")
        ? "the server gives none"
        : mayReveal
          ? null
          : "it would cross an unencrypted connection to another machine";
    if (why === null) return { rememberMs: remember.forMs };
    problem(`there will be no token to stay logged in with: ${why}`);
    return {};
  }

  /** Never rejects; `null` where the challenge is not one to answer. */
  async function respond(attempt: number, serverFirst: string): Promise<string | null> {
    const ours = exchange;
    if (ours?.attempt !== attempt) return null;
    let found: LoginProblem;
    try {
      const result = await ours.scram.answer(serverFirst);
      if (result.ok) return result.value.clientFinal;
      found = { detail: result.error.message };
    } catch (cause) {
      found = { detail: "the proof could not be computed; see the error's cause", cause };
    }
    if (exchange === ours) report(found);
    return null;
  }

  return {
    ask: (effect, renewal) => {
      asking?.abort();
      lastProblem = null;
      const controller = new AbortController();
      asking = controller;
      offer(effect, renewal, controller.signal)
        .catch((cause: unknown) => {
          if (controller.signal.aborted) return;
          report({ detail: "the credentials function failed; see the error's cause", cause });
          dispatch({ type: "credentials", attempt: effect.attempt, message: null });
        })
        .finally(() => {
          // The signal is for questions that are moot, not for the session's later end.
          if (asking === controller) asking = null;
        });
    },
    answer: (attempt, serverFirst) => {
      void respond(attempt, serverFirst).then((data) =>
        dispatch({ type: "answered", attempt, data }),
      );
    },
    check: (attempt, serverFinal) => {
      const ours = exchange?.attempt === attempt ? exchange.scram : null;
      exchange = null;
      const result = ours?.verify(serverFinal ?? undefined);
      if (result?.ok === false) report({ detail: result.error.message });
      dispatch({ type: "checked", attempt, genuine: result?.ok === true });
    },
    forget: () => {
      asking?.abort();
      asking = null;
      exchange = null;
    },
    problem: () => lastProblem,
  };
}

function fixedOffer({ username, password, token }: ConnectOptions): Offer | null {
  const pair =
    username === undefined || password === undefined ? {} : { password: { username, password } };
  const offer = { ...pair, ...(token === undefined ? {} : { token }) };
  return Object.keys(offer).length === 0 ? null : offer;
}

const noCredentials =
  "there are no credentials to offer; pass username and password, a token, or a function credentials";
