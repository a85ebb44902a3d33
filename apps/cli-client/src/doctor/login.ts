import { createSession, SessionError, type ConnectOptions } from "@wsecho/client";
import type { Handshakes } from "../handshake.ts";
import { fail, formatMs, ok, type Verdict } from "./verdict.ts";

export interface LoginTarget {
  readonly url: URL;
  readonly handshakes: Handshakes;
  /** With the credentials. */
  readonly session: ConnectOptions;
  readonly timeoutMs: number;
}

/** Logs in on a connection of its own, has one message echoed, and leaves. */
export async function checkLogin(target: LoginTarget): Promise<Verdict> {
  const { url, handshakes, session: options, timeoutMs } = target;
  const began = performance.now();
  let renewMs: number | undefined;
  const session = createSession(url, {
    ...options,
    transport: handshakes.transport,
    limits: { connectTimeoutMs: timeoutMs, loginTimeoutMs: timeoutMs, closeTimeoutMs: timeoutMs },
    onEvent: (event) => {
      if (event.type === "status" && event.status.kind === "ready")
        renewMs = performance.now() - began;
    },
  });
  try {
    await session.ready;
    const { dialect, user } = session.status;
    const echo = await session.ask("wsecho doctor", { signal: AbortSignal.timeout(timeoutMs) });
    const words = `as ${user ?? "the user given"} by ${dialect} (${formatMs(renewMs ?? 0)})`;
    return echo === "wsecho doctor"
      ? ok("login", `${words}; a message was echoed`)
      : ok("login", `${words}; the server answers with something else than an echo`);
  } catch (error) {
    if (!(error instanceof SessionError)) throw error;
    // The library's message says what happened, and then what to do.
    const [first = "", ...rest] = error.message.split(/(?<=\.) /);
    return fail("login", first.replace(/\.$/, ""), rest.join(" ") || "Check user and password.");
  } finally {
    await session.close();
  }
}
