import type { Frame } from "../dialect/dialect.ts";
import { decodePlainVerdict } from "../dialect/plain.ts";
import { refuse, startLogin, succeed, takeLoginWord } from "./login.ts";
import { breakOff } from "./socket.ts";
import type { AuthenticatingState, ClientStep, GreetingState, Payload } from "./state.ts";
import { readFrame, takeCommon } from "./word.ts";

/** Before `hello`, which only v1 has. */
export function takeGreeting(state: GreetingState, frame: Frame): ClientStep {
  const word = readFrame("v1", frame);
  switch (word.type) {
    case "hello":
      return startLogin(state, word);
    case "error":
    case "ping":
    case "pong":
    case "malformed":
      return takeCommon(state, word);
    case "payload":
      return breakOff(state, "a binary message before hello");
    case "challenge":
    case "ok":
    case "denied":
    case "echo":
      return breakOff(state, `${word.type} before hello`);
  }
}

/** A message from the server before the login is decided. */
export function takeLoginFrame(state: AuthenticatingState, frame: Frame): ClientStep {
  const word = readFrame(state.dialect, frame);
  switch (word.type) {
    case "challenge":
    case "denied":
    case "ok":
      return takeLoginWord(state, word);
    case "error":
    case "ping":
    case "pong":
    case "malformed":
      return takeCommon(state, word);
    case "payload":
      return state.dialect === "plain"
        ? takePlainWord(state, word.payload)
        : breakOff(state, "a binary message before the login");
    case "hello":
    case "echo":
      return breakOff(state, `${word.type} during the login`);
  }
}

/** A plain server's verdict names no user and no number of attempts left. */
function takePlainWord(state: AuthenticatingState, payload: Payload): ClientStep {
  if (state.login.kind === "sent" && payload.kind === "text") {
    const verdict = decodePlainVerdict(payload.text);
    if (verdict.ok) {
      return verdict.value === "accepted"
        ? succeed(state, { user: null })
        : refuse(state, { attemptsLeft: 1, retryAfterMs: 0 });
    }
  }
  // Somebody else's server may greet, before or after the credentials: that is for the person.
  return [state, [{ type: "receive", payload }]];
}
