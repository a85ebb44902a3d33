import type { ClientEvent } from "../../../src/index.ts";
import type { Scene } from "./scene.ts";
import { clientProperties as p } from "./world.ts";

/** What may be told as the reason for leaving after each kind of event. */
const reasonsAfter: Readonly<Record<ClientEvent["type"], readonly string[]>> = {
  connect: [],
  socketOpened: ["subprotocol"],
  frame: ["protocol", "untrusted"],
  submit: [],
  credentials: ["noCredentials", "refused"],
  answered: ["untrusted"],
  // A renewal may prove to be another user's.
  checked: ["untrusted", "protocol"],
  timer: ["timeout", "refused", "retry", "closed"],
  socketClosed: ["closed", "unreachable", "refused"],
  stop: ["left"],
};
const harmless: readonly (string | undefined)[] = ["pong", "ping", "error"];

/** Where the client begins to leave, the event and the reason that it tells must agree. */
export function watchReason({ input, before, state, next, frame, watch }: Scene): void {
  const { event, label } = input;
  if (next.kind === state.kind || (next.kind !== "closing" && next.kind !== "stopped")) return;
  const reason = next.kind === "stopped" ? next.reason : next.after;
  const kind = reason === "retry" ? reason : reason.kind;
  const isKept = state.kind === "closing" && state.after !== "retry";
  const isTrue = (): boolean => {
    if (isKept) return reason === state.after;
    if (!reasonsAfter[event.type].includes(kind)) return false;
    if (kind === "refused" || kind === "noCredentials")
      return before.denied === (kind === "refused");
    return !harmless.includes(frame?.kind);
  };
  watch.demand(isTrue(), p.reason, () => `${label}: ${kind} in ${state.kind}`);
}
