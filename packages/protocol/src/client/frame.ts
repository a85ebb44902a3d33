import type { Frame } from "../dialect/dialect.ts";
import { decodePlainEcho, plainTexts } from "../dialect/plain.ts";
import { decodeServerMessage } from "../dialect/v1.ts";
import { send } from "../effects.ts";
import type { ServerMessage } from "../messages.ts";
import { accept, deny, probeEffects, startLogin, takeLoginMessage } from "./login.ts";
import { settleFirst } from "./pending.ts";
import { breakOff, breakOrder } from "./socket.ts";
import type {
  AuthenticatingState,
  ClientState,
  ClientStep,
  ClosingState,
  GreetingState,
  Payload,
  ReadyState,
} from "./state.ts";

type OpenState = GreetingState | AuthenticatingState | ReadyState;

/** A message from the server. */
export function takeFrame(state: ClientState, frame: Frame): ClientStep {
  switch (state.kind) {
    case "greeting":
    case "authenticating":
    case "closing":
      return take(state, frame);
    case "ready": {
      // Any message shows that the link is alive.
      const [next, effects] = take({ ...state, probing: false }, frame);
      return [next, next.kind === "ready" ? [...probeEffects(state), ...effects] : effects];
    }
    default:
      return [state, []];
  }
}

function take(state: OpenState | ClosingState, frame: Frame): ClientStep {
  const decoded =
    state.dialect === "v1" && frame.type === "text" ? decodeServerMessage(frame.text) : null;
  if (decoded?.ok === false)
    return state.kind === "closing" ? [state, []] : breakOff(state, decoded.error);
  const message = decoded?.value ?? null;
  const settled = settleReply(state, frame, message);
  if (settled !== undefined) return settled;
  if (state.kind === "closing") return [state, []];
  return message === null ? takeOther(state, frame) : takeMessage(state, message);
}

/** A message of v1 that is no reply to an open submit. */
function takeMessage(state: OpenState, message: ServerMessage): ClientStep {
  switch (message.type) {
    case "hello":
      return state.kind === "greeting"
        ? startLogin({ ...state, hello: message })
        : breakOrder(state, message);
    case "challenge":
    case "ok":
    case "denied":
      return takeLoginMessage(state, message);
    case "echo":
      return breakOff(state, `echo of a submit that is not open (id ${message.id})`);
    case "error": {
      const { code, message: text } = message;
      return [state, [{ type: "note", note: { kind: "serverError", code, message: text } }]];
    }
    case "ping":
      return [state, [send({ type: "pong" })]];
    case "pong":
      return [state.kind === "ready" ? { ...state, retries: 0 } : state, []];
  }
}

/** Plain or binary, and no reply to an open submit. */
function takeOther(state: OpenState, frame: Frame): ClientStep {
  const receive = { type: "receive", payload: payloadOf(frame) } as const;
  if (state.kind === "ready") return [{ ...state, retries: 0 }, [receive]];
  if (state.dialect === "v1") return breakOrder(state, frame);
  if (state.kind === "authenticating" && state.login.kind === "sent" && frame.type === "text") {
    // The verdicts name no user and no number of attempts left.
    if (frame.text === plainTexts.accepted) return accept(state, { user: null });
    if (frame.text === plainTexts.refused) return deny(state, { attemptsLeft: 1, retryAfterMs: 0 });
  }
  // Somebody else's server may greet: words for the person, not for the machine.
  return [state, [receive]];
}

/** A reply counts also while leaving, so that no outcome is worse than the truth. */
function settleReply(
  state: OpenState | ClosingState,
  frame: Frame,
  said: ServerMessage | null,
): ClientStep | undefined {
  const settleEcho = (payload: Payload, id?: number): ClientStep | undefined =>
    settleFirst(state, { kind: "echoed", payload }, id);
  if (frame.type === "binary") return settleEcho(payloadOf(frame));
  if (said === null) {
    const text = decodePlainEcho(frame.text);
    return text === undefined ? undefined : settleEcho({ kind: "text", text });
  }
  if (said.type === "echo") return settleEcho({ kind: "text", text: said.text }, said.id);
  if (said.type !== "error" || said.id === undefined) return undefined;
  const { id, code, message } = said;
  return settleFirst(state, { kind: "refused", code, message }, id);
}

function payloadOf(frame: Frame): Payload {
  return frame.type === "text"
    ? { kind: "text", text: frame.text }
    : { kind: "binary", data: frame.data };
}
