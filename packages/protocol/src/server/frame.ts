import { frameBytes, type Frame } from "../dialect/dialect.ts";
import { decodePlainLogin } from "../dialect/plain.ts";
import { decodeClientMessage } from "../dialect/v1.ts";
import { send, startDeadline } from "../effects.ts";
import type { ClientMessage } from "../messages.ts";
import { push, shift } from "../queue.ts";
import { closeWith } from "./close.ts";
import { refuseAttempt, stageOf, startLogin, verify } from "./login.ts";
import { handle, submit } from "./ready.ts";
import {
  emptyBacklog,
  isLive,
  type LiveState,
  type ServerEffect,
  type ServerState,
  type ServerStep,
} from "./state.ts";

/** A message from the peer waits its turn, which may be at once, or is too much. */
export function takeFrame(state: ServerState, frame: Frame): ServerStep {
  if (!isLive(state) || (state.kind === "ready" && state.leaving !== null)) return [state, []];
  const { maxMessageBytes, maxLoginBytes, backlogMessages, backlogBytes } = state.options.limits;
  const [largest, problem] =
    state.kind === "ready"
      ? [maxMessageBytes, undefined]
      : [maxLoginBytes, "message too big before login"];
  if (frameBytes(frame) > largest) return closeWith(state, "tooBig", problem);
  const { frames } = state.backlog;
  const bytes = state.backlog.bytes + frameBytes(frame);
  // Bounded memory is worth more than one impatient peer.
  const isFull = frames.length >= backlogMessages || bytes > backlogBytes + largest;
  if (isFull && !isFree(state)) return closeWith(state, "tooManyMessages");
  return [{ ...state, backlog: { frames: push(frames, frame), bytes } }, []];
}

/** Takes what waits, as far as the new state allows; then a drain may close. */
export function takeWaiting([state, effects]: ServerStep): ServerStep {
  let current: ServerState = state;
  const all: ServerEffect[] = [...effects];
  while (isLive(current) && isFree(current)) {
    const { frames, bytes } = current.backlog;
    const frame = frames.front?.value;
    if (frame === undefined) break;
    // The same empty one for all: a session keeps it for as long as it is ready.
    const backlog =
      frames.length === 1
        ? emptyBacklog
        : { frames: shift(frames), bytes: bytes - frameBytes(frame) };
    const [next, more]: ServerStep = take({ ...current, backlog }, frame);
    // Whoever speaks is not idle.
    if (next.kind === "ready" && current.kind === "ready") all.push(startDeadline("idle", next));
    all.push(...more);
    current = next;
  }
  if (current.kind === "ready" && current.leaving !== null && current.handling === null) {
    const [closing, more] = closeWith(current, current.leaving);
    return [closing, [...all, ...more]];
  }
  return [current, all];
}

/** Whether the next message can be taken. */
function isFree(state: LiveState): boolean {
  return state.kind === "ready" ? state.handling === null : state.kind !== "verifying";
}

function take(state: LiveState, frame: Frame): ServerStep {
  const { dialect } = state.options;
  if (frame.type === "binary") {
    if (state.kind === "ready")
      return handle(state, { kind: "binary" }, { kind: "binary", data: frame.data });
    return dialect === "plain"
      ? refuseAttempt(state)
      : closeWith(state, "notAuthenticated", "log in before sending binary messages");
  }
  if (dialect === "plain") {
    if (state.kind === "ready") return submit(state, state.lastId + 1, frame.text);
    const message = decodePlainLogin(frame.text);
    return message === undefined ? refuseAttempt(state) : startLogin(state, message);
  }
  const decoded = decodeClientMessage(frame.text);
  return decoded.ok
    ? takeMessage(state, decoded.value)
    : closeWith(state, "malformed", decoded.error);
}

function takeMessage(state: LiveState, message: ClientMessage): ServerStep {
  switch (message.type) {
    case "auth":
      return stageOf(state) === null
        ? startLogin(state, message)
        : closeWith(state, "outOfOrder", "auth during a login; finish that first");
    case "response":
      return stageOf(state) === "challenged"
        ? verify(state, { kind: "response", data: message.data })
        : closeWith(state, "outOfOrder", "response without a challenge; send auth");
    case "submit": {
      const { id, text } = message;
      if (state.kind !== "ready")
        return closeWith(state, "notAuthenticated", "log in before submitting", id);
      return id > state.lastId
        ? submit(state, id, text)
        : closeWith(state, "outOfOrder", `submit.id must be greater than ${state.lastId}`, id);
    }
    case "ping":
      return [state, [send({ type: "pong" })]];
    case "pong":
      return [state, []];
  }
}
