import { setTimeout as sleep } from "node:timers/promises";
import type { Credentials, CredentialsProvider, CredentialsRequest } from "@wsecho/client";
import type { Denied } from "@wsecho/protocol";
import { preparePassword, prepareUsername } from "@wsecho/protocol/scram";
import type { Given } from "./credentials.ts";
import type { Question } from "./prompt/terminal.ts";

export interface LoginHost {
  /** `null` where the person gave up. */
  readonly ask: (
    questions: readonly Question[],
    signal: AbortSignal,
  ) => Promise<readonly string[] | null>;
  /** Whether there is a person. */
  readonly present: () => boolean;
  readonly info: (text: string) => void;
  readonly problem: (text: string) => void;
  /** Nobody wants to log in any more. */
  readonly signal: AbortSignal;
}

export interface Login {
  readonly provide: CredentialsProvider;
  /** While a person is being asked: resolves with whether they gave an answer. */
  readonly asking: () => Promise<boolean> | null;
  /** Whether the last request got nothing, for a reason that has been told. */
  readonly gaveUp: () => boolean;
}

/**
 * Answers every request for a login: with what was given, then by asking; after a reconnect and
 * for a renewal with what was last offered. A question stays open when its connection ends: servers
 * do not wait for long, and what is typed blind must not land in a shell.
 */
export function createLogin(given: Given, host: LoginHost): Login {
  let known = given;
  let asking: Promise<Credentials | null> | null = null;
  let gaveUp = false;

  async function provide(
    request: CredentialsRequest,
    connection: AbortSignal,
  ): Promise<Credentials | null> {
    // The handshake was the login. When its certificate ends there is nothing else to offer.
    if (known.byCertificate === true) {
      gaveUp = true;
      return null;
    }
    if (known.token !== undefined) return provideToken(known.token, request);
    const { username, password } = known;
    if (asking === null && request.denied === null && isKnown(username) && isKnown(password))
      return { username, password };
    if (!host.present()) {
      gaveUp = true;
      // A refusal is told where the session ends.
      if (request.denied === null) host.problem(missing(known));
      return null;
    }
    asking ??= askPerson(request).finally(() => {
      asking = null;
    });
    const ended = new Promise<"ended">((resolve) => {
      connection.addEventListener("abort", () => resolve("ended"), { once: true });
    });
    const credentials = await Promise.race([asking, ended]);
    if (credentials === "ended") return null;
    gaveUp = credentials === null;
    return credentials;
  }

  /** A token that was refused stays so: why, and what to do, is told where the session ends. */
  function provideToken(
    read: NonNullable<Given["token"]>,
    { denied }: CredentialsRequest,
  ): Credentials | null {
    if (denied !== null) return null;
    const token = read();
    if (token.ok) return { token: token.value };
    gaveUp = true;
    host.problem(`${token.error}.`);
    return null;
  }

  async function askPerson(request: CredentialsRequest): Promise<Credentials | null> {
    const { denied } = request;
    if (denied !== null && !(await tellRefusal(denied, request))) return null;
    for (;;) {
      const { username } = known;
      const askName = !isKnown(username) || denied !== null;
      const questions = [
        ...(askName ? [{ prompt: namePrompt(username), hidden: false }] : []),
        { prompt: "password: ", hidden: true },
      ];
      const answers = await host.ask(questions, host.signal);
      if (answers === null) return null;
      const typed = askName ? answers[0] : undefined;
      const name = isKnown(typed) ? typed : username;
      const password = answers.at(-1) ?? "";
      // Better a second look than an attempt that the server has to count.
      const objection = objectionTo(name, password, request);
      if (objection === null && isKnown(name)) {
        known = { username: name, password };
        return { username: name, password };
      }
      host.problem(objection ?? "There is no user without a name.");
    }
  }

  async function tellRefusal(
    { attemptsLeft, retryAfterMs }: Denied,
    { dialect }: CredentialsRequest,
  ): Promise<boolean> {
    // The plain dialect has no words for the number of attempts.
    const left = dialect === "plain" ? "" : ` ${count(attemptsLeft)} left.`;
    if (retryAfterMs <= 0) {
      host.problem(`The user name or password is wrong.${left}`);
      return true;
    }
    // Meanwhile even the right password is refused, so nobody knows whether it was.
    const seconds = Math.ceil(retryAfterMs / 1000);
    host.problem(`The login was refused: too many failed ones. Try again in ${seconds} s.${left}`);
    return sleep(retryAfterMs, true, { signal: host.signal }).catch(() => false);
  }

  return {
    provide,
    asking: () => asking?.then((credentials) => credentials !== null) ?? null,
    gaveUp: () => gaveUp,
  };
}

function isKnown(text: string | undefined): text is string {
  return text !== undefined && text !== "";
}

/** What no server of this dialect could be told; `null` where there is nothing. */
function objectionTo(
  name: string | undefined,
  password: string,
  { dialect, mechanisms }: CredentialsRequest,
): string | null {
  if (!isKnown(name)) return null;
  if (dialect === "plain" && name.includes(":"))
    return "The plain dialect cannot say a user name with a colon.";
  if (!mechanisms.includes("scram-sha-256")) return null;
  const user = prepareUsername(name);
  const secret = preparePassword(password);
  if (!user.ok) return user.error.message;
  return secret.ok ? null : secret.error.message;
}

function namePrompt(username: string | undefined): string {
  return isKnown(username) ? `user name [${username}]: ` : "user name: ";
}

function count(attempts: number): string {
  return attempts === 1 ? "1 attempt is" : `${attempts} attempts are`;
}

function missing({ username }: Given): string {
  const who = isKnown(username) ? "" : "--user NAME and ";
  return (
    "There is no terminal to ask for the login at. " +
    `Give ${who}the password by --password-file FILE, --password-stdin or WSECHO_PASSWORD, or a token by --token-file FILE.`
  );
}
