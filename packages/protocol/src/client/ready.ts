import type { Frame } from "../dialect/dialect.ts";
import { decodePlainEcho } from "../dialect/plain.ts";
import { stopTimer } from "./effects.ts";
import { probeEffects } from "./enter.ts";
import { takeLoginWord } from "./login.ts";
import { settleFirst } from "./pending.ts";
import { breakOff } from "./socket.ts";
import type {
  ClientStep,
  ClosingState,
  Payload,
  Pending,
  ReadyState,
  Settlement,
} from "./state.ts";
import { readFrame, takeCommon, type Word } from "./word.ts";

/** A message of a logged-in session. Any message shows that the link is alive. */
export function takeReadyFrame(state: ReadyState, frame: Frame): ClientStep {
  const [next, effects] = takeWord({ ...state, probing: false }, readFrame(state.dialect, frame));
  if (next.kind !== "ready") return [next, effects];
  const stopProbe = state.probing ? [stopTimer("pong")] : [];
  return [next, [...stopProbe, ...probeEffects(state), ...effects]];
}

function takeWord(state: ReadyState, word: Word): ClientStep {
  const settled = settleReply(state, word);
  if (settled !== undefined) return settled;
  switch (word.type) {
    case "payload":
      return [{ ...state, retries: 0 }, [{ type: "receive", payload: word.payload }]];
    case "pong":
      return [{ ...state, retries: 0 }, []];
    case "error":
    case "ping":
    case "malformed":
      return takeCommon(state, word);
    case "challenge":
    case "ok":
    case "denied":
      return takeLoginWord(state, word);
    case "echo":
      return breakOff(state, `echo of a submit that is not open (id ${String(word.id)})`);
    case "hello":
      return breakOff(state, "a second hello");
  }
}

/** After our close: only replies count, so that no outcome is worse than the truth. */
export function takeClosingFrame(state: ClosingState, frame: Frame): ClientStep {
  return settleReply(state, readFrame(state.dialect, frame)) ?? [state, []];
}

/** Settles what `word` answers; `undefined` where it answers no open submit. */
function settleReply(state: ReadyState | ClosingState, word: Word): ClientStep | undefined {
  const reply = readReply(state, word);
  const settled = reply && settleFirst(state.pending, ...reply);
  if (settled === undefined) return undefined;
  const [pending, effect] = settled;
  return [{ ...state, pending, retries: 0 }, [effect]];
}

/** Which submits `word` may answer, and what their outcome would be. */
function readReply(
  { dialect }: ReadyState | ClosingState,
  word: Word,
): readonly [matches: (entry: Pending) => boolean, outcome: Settlement] | undefined {
  if (word.type === "payload") {
    const payload = dialect === "plain" ? readPlainEcho(word.payload) : word.payload;
    return payload && [(entry) => entry.payload.kind === payload.kind, { kind: "echoed", payload }];
  }
  if (word.type === "echo") {
    return [
      ({ id, payload }) => id === word.id && payload.kind === "text",
      { kind: "echoed", payload: { kind: "text", text: word.text } },
    ];
  }
  if (word.type === "error") {
    const { code, message } = word;
    return [({ id }) => id === word.id, { kind: "refused", code, message }];
  }
  return undefined;
}

function readPlainEcho(payload: Payload): Payload | undefined {
  if (payload.kind === "binary") return payload;
  const text = decodePlainEcho(payload.text);
  return text === undefined ? undefined : { kind: "text", text };
}
