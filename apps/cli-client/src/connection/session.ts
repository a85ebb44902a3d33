import { setTimeout as sleep } from "node:timers/promises";
import { createSession, type ConnectOptions, type Session } from "@wsecho/client";
import { closes, retryAfterClose, type StopReason } from "@wsecho/protocol";
import type { Departure } from "../departure.ts";
import type { Login } from "../login.ts";

export interface Opening {
  readonly url: URL;
  /** Everything for a session but its credentials. */
  readonly options: ConnectOptions;
  readonly login: Login;
  readonly departure: Departure;
  /** Called once where no server is there; `null` where that is the end. */
  readonly onAbsent: (() => void) | null;
}

export type Opened =
  | { readonly ok: true; readonly session: Session }
  | { readonly ok: false; readonly reason: StopReason };

interface Close {
  readonly code: number;
  readonly reason: string;
}

/** Between two looks for a server that is not up yet, in milliseconds. */
export const waitIntervalMs = 500;

/** Connects and logs in; a wish to leave closes the session, now or later. */
export async function openSession(opening: Opening): Promise<Opened> {
  const { url, options, login, departure } = opening;
  const { code, reason } = closes.userExit;
  let { onAbsent } = opening;
  while (!departure.signal.aborted) {
    let close: Close | null = null;
    const session = createSession(url, {
      ...options,
      credentials: login.provide,
      onEvent: (event) => {
        if (event.type === "closed") close = event;
        options.onEvent?.(event);
      },
    });
    const leave = (): void => void session.close({ code, reason });
    departure.signal.addEventListener("abort", leave);
    const ready = await session.ready.then(
      () => true,
      () => false,
    );
    if (ready) return { ok: true, session };
    departure.signal.removeEventListener("abort", leave);
    const stopped = await session.closed;
    if (isImpatience(close) && (await login.asking()) === true) continue;
    if (opening.onAbsent === null || !isAbsent(stopped)) return { ok: false, reason: stopped };
    onAbsent?.();
    onAbsent = null;
    await sleep(waitIntervalMs, undefined, { signal: departure.signal }).catch(() => undefined);
  }
  return { ok: false, reason: { kind: "left" } };
}

/** The server went away before a person had answered, and says nothing against their coming back. */
function isImpatience(close: Close | null): boolean {
  if (close === null || close.code === closes.tooManyAttempts.code) return false;
  return retryAfterClose(close.code, close.reason) !== "never";
}

/** No server is there, or not yet; anything else would be the same the next time. */
export function isAbsent(reason: StopReason): boolean {
  return reason.kind === "unreachable" || (reason.kind === "timeout" && reason.phase === "connect");
}
