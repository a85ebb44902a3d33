import { setTimeout as sleep } from "node:timers/promises";
import type { ConnectOptions, Session } from "@wsecho/client";
import { subprotocol, success, type Result, type StopReason } from "@wsecho/protocol";
import type { Channel } from "./channel.ts";
import { decoy } from "./decoy.ts";
import { adopting, openSocket, type OpenSocket } from "./socket.ts";
import type { Handshakes } from "../handshake.ts";
import { createBare, type BareOptions } from "./bare.ts";
import { isAbsent, openSession, waitIntervalMs, type Opening } from "./session.ts";

/** A dialect of the protocol, messages as they are, or whatever the server speaks. */
export type Manner = "v1" | "plain" | "auto" | "none" | "detect";

export interface Dialing extends Opening {
  readonly manner: Manner;
  /** Offered where there is no session. */
  readonly subprotocols: readonly string[];
  readonly handshakes: Handshakes;
  readonly timeoutMs: number;
  readonly bare: Pick<BareOptions, "onEvent" | "maxRetries"> & { readonly reconnect: boolean };
}

export type Dialed =
  | { readonly ok: true; readonly channel: Channel; readonly session: Session | null }
  | { readonly ok: false; readonly reason: StopReason };

/** Connects, finds out how to talk, and logs in where that is a part of it. */
export async function dial(dialing: Dialing): Promise<Dialed> {
  const { manner, options } = dialing;
  if (manner !== "none" && manner !== "detect") return session(dialing, { dialect: manner });
  const detecting = manner === "detect";
  const first = await openBare(dialing, detecting ? [decoy, subprotocol] : dialing.subprotocols);
  const refused = !first.ok && detecting && isDislike(first.error);
  const opened = refused ? await openBare(dialing, []) : first;
  if (!opened.ok) return { ok: false, reason: opened.error };
  if (detecting && opened.value.protocol === subprotocol) {
    const transport = adopting(opened.value, dialing.handshakes.transport);
    return session({ ...dialing, options: { ...options, transport } }, { dialect: "v1" });
  }
  const protocols = detecting ? [] : dialing.subprotocols;
  return { ok: true, channel: bareChannel(dialing, opened.value, protocols), session: null };
}

async function session(dialing: Dialing, more: Pick<ConnectOptions, "dialect">): Promise<Dialed> {
  const opened = await openSession({ ...dialing, options: { ...dialing.options, ...more } });
  return opened.ok ? { ...opened, channel: opened.session } : opened;
}

function bareChannel(dialing: Dialing, opened: OpenSocket, protocols: readonly string[]): Channel {
  const { departure, handshakes, bare } = dialing;
  const channel = createBare({
    opened,
    onEvent: bare.onEvent,
    maxRetries: bare.maxRetries,
    live: handshakes.live,
    reopen: bare.reconnect
      ? async () => {
          const again = await openOnce(dialing, protocols);
          const status = again.ok ? null : statusOf(again.error);
          return status === 401 || status === 403
            ? { ok: false, error: { kind: "refused", attemptsLeft: 0, retryAfterMs: 0 } }
            : again;
        }
      : null,
  });
  departure.signal.addEventListener("abort", () => void channel.close());
  return channel;
}

function openOnce(
  { url, handshakes, timeoutMs, departure }: Dialing,
  protocols: readonly string[],
): Promise<Result<OpenSocket, StopReason>> {
  const { transport } = handshakes;
  return openSocket({ url: url.href, transport, protocols, timeoutMs, signal: departure.signal });
}

async function openBare(
  dialing: Dialing,
  protocols: readonly string[],
): Promise<Result<OpenSocket, StopReason>> {
  let { onAbsent } = dialing;
  for (;;) {
    const opened = await openOnce(dialing, protocols);
    if (opened.ok) return success(opened.value);
    if (dialing.onAbsent === null || !isAbsent(opened.error) || statusOf(opened.error) !== null)
      return opened;
    onAbsent?.();
    onAbsent = null;
    const { signal } = dialing.departure;
    await sleep(waitIntervalMs, undefined, { signal }).catch(() => undefined);
  }
}

/** Of a refusal: the transport knows it before all of the refusal was read. */
function statusOf(reason: StopReason): number | null {
  const detail = reason.kind === "unreachable" ? reason.detail : "";
  const [, status] = /answered HTTP (\d{3})/.exec(detail) ?? [];
  return status === undefined ? null : Number(status);
}

/** Some servers refuse who offers what they do not know; what others refuse, they refuse anyway. */
function isDislike(reason: StopReason): boolean {
  const status = statusOf(reason);
  return status !== null && status < 500 && status >= 400 && !loginAndPath.has(status);
}

const loginAndPath: ReadonlySet<number> = new Set([401, 403, 404, 407, 429]);
