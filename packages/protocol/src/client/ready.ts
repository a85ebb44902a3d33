import { closes } from "../close-codes.ts";
import type { Frame } from "../dialect/dialect.ts";
import { decodePlainEcho } from "../dialect/plain.ts";
import { decodeServerMessage } from "../dialect/v1.ts";
import type { AuthMessage } from "../messages.ts";
import { noteError, payloadOf, probeEffects, renewEffects } from "./authenticating.ts";
import { askEffect, takeLoginMessage, type LoginResult } from "./login.ts";
import { echoed, settleFirst } from "./pending.ts";
import { breakOff, leave } from "./socket.ts";
import type {
  ClientStep,
  ClosingState,
  LoginStep,
  Payload,
  Pending,
  ReadyState,
  Settlement,
} from "./state.ts";

/** A message of a logged-in session. Any message shows that the link is alive. */
export function takeReadyFrame(state: ReadyState, frame: Frame): ClientStep {
  const [next, effects] = takeMessage({ ...state, probing: false }, frame);
  if (next.kind !== "ready") return [next, effects];
  const stopProbe = state.probing ? ([{ type: "stopTimer", name: "pong" }] as const) : [];
  return [next, [...stopProbe, ...probeEffects(state), ...effects]];
}

function takeMessage(state: ReadyState, frame: Frame): ClientStep {
  const settled = settleReply(state, frame);
  if (settled !== undefined) return settled;
  if (state.dialect === "plain" || frame.type === "binary")
    return [{ ...state, retries: 0 }, [{ type: "receive", payload: payloadOf(frame) }]];
  const decoded = decodeServerMessage(frame.text);
  if (!decoded.ok) return breakOff(state, decoded.error);
  const message = decoded.value;
  switch (message.type) {
    case "echo":
      return breakOff(state, `echo of a submit that is not open (id ${String(message.id)})`);
    case "error":
      return [state, [noteError(message)]];
    case "ping":
      return [state, [{ type: "send", message: { type: "pong" } }]];
    case "pong":
      return [{ ...state, retries: 0 }, []];
    case "challenge":
    case "ok":
    case "denied":
      return state.renewal === null
        ? breakOff(state, `${message.type} without a renewal`)
        : apply(state, takeLoginMessage(state.renewal, message));
    case "hello":
      return breakOff(state, "a second hello");
  }
}

/** A reply to an open submit, also while leaving, so that no outcome is worse than the truth. */
export function settleReply(
  state: ReadyState | ClosingState,
  frame: Frame,
): ClientStep | undefined {
  const reply = readReply(state, frame);
  if (reply === undefined) return undefined;
  const settled = settleFirst(state.pending, reply.matches, reply.outcome);
  if (settled === undefined) return undefined;
  const [pending, effect] = settled;
  return [{ ...state, pending, retries: 0 }, [effect]];
}

interface Matched {
  readonly matches: (entry: Pending) => boolean;
  readonly outcome: Settlement;
}

function readReply(state: ReadyState | ClosingState, frame: Frame): Matched | undefined {
  const ofKind = (payload: Payload): Matched => ({
    matches: (entry) => entry.payload.kind === payload.kind,
    outcome: echoed(payload),
  });
  if (frame.type === "binary") return ofKind(payloadOf(frame));
  if (state.dialect === "plain") {
    const text = decodePlainEcho(frame.text);
    return text === undefined ? undefined : ofKind({ kind: "text", text });
  }
  const decoded = decodeServerMessage(frame.text);
  if (!decoded.ok) return undefined;
  const message = decoded.value;
  if (message.type === "echo") {
    return {
      matches: ({ id, payload }) => id === message.id && payload.kind === "text",
      outcome: echoed({ kind: "text", text: message.text }),
    };
  }
  if (message.type === "error" && message.id !== undefined) {
    return {
      matches: ({ id }) => id === message.id,
      outcome: { kind: "refused", code: message.code, message: message.message },
    };
  }
  return undefined;
}

/** The login runs out: prove again who we are, while messages go on. */
export function startRenewal(state: ReadyState): ClientStep {
  // Plain has no renewal: its server would take the credentials for a message.
  if (state.renewal !== null || state.dialect === "plain") return [state, []];
  const attempt = state.attempt + 1;
  const renewal: LoginStep = { attempt, kind: "asking", scram: false };
  const mechanisms = state.hello?.mechanisms ?? [];
  return [{ ...state, attempt, renewal }, [askEffect(attempt, state.dialect, mechanisms, null)]];
}

/** `null` lets the login run out: the server then closes with 4401. */
export function takeRenewalCredentials(
  state: ReadyState,
  renewal: LoginStep,
  message: AuthMessage | null,
): ClientStep {
  if (renewal.kind !== "asking") return [state, []];
  if (message === null) return [{ ...state, renewal: null }, []];
  const scram = message.mechanism === "scram-sha-256";
  // Without a deadline: the old login holds meanwhile, and its expiry is the server's to tell.
  return [{ ...state, renewal: { ...renewal, kind: "sent", scram } }, [{ type: "send", message }]];
}

export function takeRenewalChecked(state: ReadyState, genuine: boolean): ClientStep {
  if (state.renewal?.kind !== "checking" || state.accepted === null) return [state, []];
  return apply(
    state,
    genuine ? { kind: "accepted", accepted: state.accepted } : { kind: "untrusted" },
  );
}

function apply(state: ReadyState, result: LoginResult): ClientStep {
  switch (result.kind) {
    case "next":
      return [{ ...state, renewal: result.login }, result.effects];
    case "held":
      return [{ ...state, renewal: result.login, accepted: result.accepted }, result.effects];
    case "accepted":
      if (result.accepted.user !== state.user)
        return breakOff(state, "the server renewed the login for another user");
      return [{ ...state, renewal: null, accepted: null }, renewEffects(result.accepted)];
    case "denied":
      // The session holds until it expires; the server says so with 4401.
      return [{ ...state, renewal: null }, []];
    case "untrusted":
      return leave(state, { kind: "untrusted" }, closes.refused);
    case "broken":
      return breakOff(state, result.detail);
  }
}
