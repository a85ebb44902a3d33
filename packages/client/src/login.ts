import type { ClientEffect, ClientEvent, DialectName } from "@wsecho/protocol";
import { startScramClient, type ScramClient, type ScramCrypto } from "@wsecho/protocol/scram";
import { chooseMechanism, type Offer } from "./credentials.ts";
import { createNonce } from "./crypto.ts";
import type { CredentialsProvider, CredentialsRequest } from "./options.ts";

/**
 * The most PBKDF2 rounds that a server may demand: more than three times what OWASP advises for
 * SHA-256 (600 000), about a second of native work, and some ten seconds without WebCrypto. A
 * hostile server could otherwise keep a client busy for hours.
 */
export const maxScramIterations = 2_000_000;

export interface LoginHost {
  /** Given as options; offered first, once on each connection. */
  readonly fixed: Offer;
  readonly provider: CredentialsProvider | undefined;
  /** Whether a secret may cross the wire as it is. */
  readonly mayReveal: boolean;
  readonly loadCrypto: () => Promise<ScramCrypto>;
  readonly dispatch: (event: ClientEvent) => void;
  /** Why a login cannot be tried or believed; never a secret. */
  readonly problem: (detail: string, cause?: unknown) => void;
}

type AskEffect = Extract<ClientEffect, { readonly type: "askCredentials" }>;

/** Answers the machine's questions about logins. Late answers carry an old attempt: harmless. */
export interface Login {
  readonly ask: (effect: AskEffect, renewal: boolean) => void;
  readonly answer: (attempt: number, serverFirst: string) => void;
  readonly check: (attempt: number, serverFinal: string | null) => void;
  /** Nobody waits for the answer any more. */
  readonly forget: () => void;
}

export function createLogin(host: LoginHost): Login {
  const { fixed, provider } = host;
  let fixedRefused = false;
  /** Whether the attempt under way uses the fixed credentials. */
  let offeredFixed = false;
  let asking: AbortController | null = null;
  let exchange: { readonly attempt: number; readonly scram: ScramClient } | null = null;

  function forget(): void {
    asking?.abort();
    asking = null;
    exchange = null;
  }

  async function choose(request: CredentialsRequest, signal: AbortSignal): Promise<Offer | null> {
    if (request.denied !== null && offeredFixed) fixedRefused = true;
    const hasFixed = fixed.password !== undefined || fixed.token !== undefined;
    // Without a provider the fixed ones are all there is, also on the next connection.
    const mayUseFixed = provider === undefined ? request.denied === null : !fixedRefused;
    offeredFixed = hasFixed && mayUseFixed;
    if (offeredFixed) return fixed;
    if (provider === undefined) {
      if (request.denied === null) host.problem("there are no credentials");
      return null;
    }
    const credentials = await provider(request, signal);
    if (credentials === null) {
      if (request.denied === null && !signal.aborted)
        host.problem("the credentials function gave none");
      return null;
    }
    return "token" in credentials ? { token: credentials.token } : { password: credentials };
  }

  async function login(effect: AskEffect, renewal: boolean, signal: AbortSignal): Promise<void> {
    const { attempt, dialect, mechanisms, denied } = effect;
    const moot = (): boolean => signal.aborted;
    const giveUp = (): void => host.dispatch({ type: "credentials", attempt, message: null });
    const offer = await choose({ dialect, mechanisms, denied, renewal }, signal);
    if (moot()) return;
    if (offer === null) {
      giveUp();
      return;
    }
    const { mayReveal } = host;
    const chosen = chooseMechanism(offer, { dialect, mechanisms, mayReveal });
    if (!chosen.ok) {
      host.problem(chosen.error);
      giveUp();
      return;
    }
    if (chosen.value.mechanism !== "scram-sha-256") {
      host.dispatch({ type: "credentials", attempt, message: chosen.value.message });
      return;
    }
    const crypto = await host.loadCrypto();
    if (moot()) return;
    const started = startScramClient({
      crypto,
      user: chosen.value.username,
      password: chosen.value.password,
      nonce: createNonce(),
      maxIterations: maxScramIterations,
    });
    if (!started.ok) {
      host.problem(started.error.message);
      giveUp();
      return;
    }
    exchange = { attempt, scram: started.value };
    const data = started.value.clientFirst;
    const message = { type: "auth", mechanism: "scram-sha-256", data } as const;
    host.dispatch({ type: "credentials", attempt, message });
  }

  return {
    forget,
    ask: (effect, renewal) => {
      forget();
      const controller = new AbortController();
      asking = controller;
      login(effect, renewal, controller.signal).catch((cause: unknown) => {
        if (controller.signal.aborted) return;
        // What was thrown may quote a secret, so only the error's cause carries it.
        host.problem("the credentials function failed (see the error's cause)", cause);
        host.dispatch({ type: "credentials", attempt: effect.attempt, message: null });
      });
    },
    answer: (attempt, serverFirst) => {
      const answered = (data: string | null): void =>
        host.dispatch({ type: "answered", attempt, data });
      if (exchange?.attempt !== attempt) {
        answered(null);
        return;
      }
      exchange.scram.answer(serverFirst).then(
        (result) => {
          if (!result.ok) host.problem(result.error.message);
          answered(result.ok ? result.value.clientFinal : null);
        },
        (cause: unknown) => {
          host.problem("the challenge could not be computed (see the error's cause)", cause);
          answered(null);
        },
      );
    },
    check: (attempt, serverFinal) => {
      const result =
        exchange?.attempt === attempt ? exchange.scram.verify(serverFinal ?? undefined) : null;
      if (result?.ok === false) host.problem(result.error.message);
      host.dispatch({ type: "checked", attempt, genuine: result?.ok === true });
    },
  };
}

/** What a session tries, in order. */
export function dialectsOf(
  dialect: DialectName | "auto",
): readonly [DialectName, ...DialectName[]] {
  return dialect === "auto" ? ["v1", "plain"] : [dialect];
}
