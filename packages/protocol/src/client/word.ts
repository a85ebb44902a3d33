import type { DialectName, Frame } from "../dialect/dialect.ts";
import { decodeServerMessage } from "../dialect/v1.ts";
import type { ServerMessage } from "../messages.ts";
import { send } from "./effects.ts";
import { breakOff } from "./socket.ts";
import type { ClientState, ClientStep, Payload } from "./state.ts";

/** What a server's frame says. In plain every frame is a payload. */
export type Word =
  | ServerMessage
  | { readonly type: "payload"; readonly payload: Payload }
  | { readonly type: "malformed"; readonly detail: string };

export function readFrame(dialect: DialectName, frame: Frame): Word {
  if (frame.type === "binary")
    return { type: "payload", payload: { kind: "binary", data: frame.data } };
  if (dialect === "plain") return { type: "payload", payload: { kind: "text", text: frame.text } };
  const decoded = decodeServerMessage(frame.text);
  return decoded.ok ? decoded.value : { type: "malformed", detail: decoded.error };
}

type CommonWord = Extract<Word, { readonly type: "error" | "ping" | "pong" | "malformed" }>;

/** What means the same in every state. */
export function takeCommon(state: ClientState, word: CommonWord): ClientStep {
  switch (word.type) {
    case "error": {
      const { code, message } = word;
      return [state, [{ type: "note", note: { kind: "serverError", code, message } }]];
    }
    case "ping":
      return [state, [send({ type: "pong" })]];
    case "pong":
      return [state, []];
    case "malformed":
      return breakOff(state, word.detail);
  }
}
