import { closes } from "../close-codes.ts";
import type { Frame } from "../dialect/dialect.ts";
import { decodeClientMessage } from "../dialect/v1.ts";
import { closeWith } from "./close.ts";
import { send, startTimer, stopTimer } from "./effects.ts";
import { confirmLogin, takeRenewal } from "./renewal.ts";
import type {
  Handling,
  LiveState,
  Login,
  ReadyState,
  Reply,
  ServerStep,
  Submission,
} from "./state.ts";

/** The login is proven: the session may submit. */
export function enterReady(
  state: Exclude<LiveState, ReadyState>,
  login: Login & { readonly data?: string },
): ServerStep {
  const { options, congested, attempt, backlog } = state;
  const { user } = login;
  return [
    {
      kind: "ready",
      options,
      congested,
      attempt,
      failures: 0,
      backlog,
      user,
      lastId: 0,
      handling: null,
      renewal: null,
      leaving: null,
    },
    [
      stopTimer("auth"),
      ...confirmLogin(login),
      startTimer("idle", options.limits.idleTimeoutMs),
      { type: "note", note: { kind: "accepted", user, renewed: false } },
    ],
  ];
}

/** A message of a logged-in session whose handler is free. */
export function takeReadyFrame(state: ReadyState, frame: Frame): ServerStep {
  const [next, effects] = takeFrame(state, frame);
  if (next.kind !== "ready") return [next, effects];
  return [next, [startTimer("idle", state.options.limits.idleTimeoutMs), ...effects]];
}

function takeFrame(state: ReadyState, frame: Frame): ServerStep {
  if (frame.type === "binary")
    return handle(state, { kind: "binary" }, { kind: "binary", data: frame.data });
  if (state.options.dialect === "plain") return submit(state, state.lastId + 1, frame.text);
  const decoded = decodeClientMessage(frame.text);
  if (!decoded.ok) return closeWith(state, "malformed", decoded.error);
  const message = decoded.value;
  switch (message.type) {
    case "submit":
      if (message.id <= state.lastId) {
        const detail = `submit.id must be greater than ${String(state.lastId)}`;
        return closeWith(state, "outOfOrder", detail, message.id);
      }
      return submit(state, message.id, message.text);
    case "auth":
    case "response":
      return takeRenewal(state, message);
    case "ping":
      return [state, [send({ type: "pong" })]];
    case "pong":
      return [state, []];
  }
}

function submit(state: ReadyState, id: number, text: string): ServerStep {
  return handle({ ...state, lastId: id }, { kind: "text", id }, { kind: "text", text });
}

function handle(state: ReadyState, handling: Handling, submission: Submission): ServerStep {
  return [{ ...state, handling }, [{ type: "handle", submission }]];
}

/** The handler's answer to the message in hand. A stray one changes nothing. */
export function finishHandling(state: ReadyState, reply: Reply): ServerStep {
  const { handling } = state;
  if (handling === null) return [state, []];
  const free: ReadyState = { ...state, handling: null };
  if (handling.kind === "text" && reply.kind === "text") {
    const { id } = handling;
    return [free, [send({ type: "echo", id, text: reply.text })]];
  }
  if (handling.kind === "binary" && reply.kind === "binary")
    return [free, [{ type: "sendBinary", data: reply.data }]];
  // Without an id there is no way to say which message failed, so the session cannot go on.
  if (handling.kind === "binary" || state.options.dialect === "plain")
    return closeWith(state, "internalError", "the handler failed");
  const { code, retry } = closes.internalError;
  const { id } = handling;
  return [free, [send({ type: "error", code, id, message: "the handler failed", retry })]];
}
