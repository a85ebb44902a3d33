import {
  encodeClient,
  encodeServer,
  type ClientEvent,
  type ClientState,
  type ClientTimer,
  type DialectName,
  type Payload,
  type ServerEvent,
  type Settlement,
} from "../../../src/index.ts";
import { runTimers } from "../broken.ts";
import { canonical } from "../canonical.ts";
import type { ClientTransition } from "../client/world.ts";
import { binary, text } from "../samples.ts";
import type { ServerTransition } from "../server/world.ts";
import {
  productProperties,
  type Draft,
  type Item,
  type Parts,
  type ProductWorld,
  type Submit,
} from "./world.ts";

/** The connection is gone, and everything that was on its way. */
export function hangUp(draft: Draft): void {
  draft.socket = "none";
  draft.server = null;
  draft.up = [];
  draft.down = [];
  draft.serverTimers = [];
  draft.verify = null;
  draft.handle = null;
}

function update(draft: Draft, index: number, changes: Partial<Submit>): void {
  draft.submits = draft.submits.map((submit, i) =>
    i === index ? { ...submit, ...changes } : submit,
  );
}

export function runClient({ world, draft, watch, label }: Parts, event: ClientEvent): void {
  const p = productProperties;
  const { demand } = watch;
  const before = draft.client;
  let result: ReturnType<ClientTransition>;
  try {
    result = world.transitions.client(before, event);
  } catch (error) {
    demand(false, p.total, () => String(error));
    return;
  }
  const [next, effects] = result;
  draft.client = next;
  if (event.type === "timer")
    draft.clientTimers = draft.clientTimers.filter((name) => name !== event.name);
  draft.clientTimers = runTimers<ClientTimer>(
    draft.clientTimers,
    effects.map((e) => (e.type === "scheduleRetry" ? { type: "startTimer", name: "retry" } : e)),
  );
  const put = (item: Item): void => {
    if (draft.socket === "open") draft.up = [...draft.up, item];
  };
  for (const effect of effects) {
    switch (effect.type) {
      case "openSocket":
        draft.socket = "opening";
        draft.connections += 1;
        break;
      case "send": {
        const said = encodeClient(next.dialect, effect.message);
        if (effect.message.type === "submit") update(draft, effect.message.id - 1, { left: true });
        if (said !== null) put({ type: "frame", frame: text(said) });
        break;
      }
      case "sendBinary":
        update(draft, find(world, { kind: "binary", data: effect.data }), { left: true });
        put({ type: "frame", frame: binary(...effect.data) });
        break;
      case "close":
        put(effect);
        break;
      case "dropSocket":
        hangUp(draft);
        break;
      case "askCredentials":
        draft.asked = effect.attempt;
        break;
      case "answerChallenge":
        draft.challenged = effect.attempt;
        break;
      case "checkServer":
        draft.checking = effect.attempt;
        break;
      case "settle": {
        const submit = draft.submits[effect.id - 1];
        demand(submit?.settled === false, p.settle, () => `${label}: ${effect.id} again`);
        if (submit !== undefined)
          demand(isTrue(submit, effect.outcome), p.truth, () => `${label}: ${effect.outcome.kind}`);
        update(draft, effect.id - 1, { settled: true });
        break;
      }
      case "startTimer":
      case "stopTimer":
      case "scheduleRetry":
      case "receive":
      case "keepToken":
      case "loginEnds":
      case "note":
        break;
    }
  }
  // Answers to questions that nobody asks any more are met by the client's own exploration.
  const { kind } = next;
  if (kind !== "authenticating" && kind !== "ready")
    draft.asked = draft.challenged = draft.checking = null;
}

function isTrue({ left, echoed }: Submit, outcome: Settlement): boolean {
  switch (outcome.kind) {
    case "echoed":
      return echoed;
    case "lost":
    case "refused":
      return left;
    case "unsent":
      return !left;
  }
}

function find({ submits }: ProductWorld, payload: Payload): number {
  const wanted = canonical(payload, {});
  return submits.findIndex((submit) => canonical(submit.payload, {}) === wanted);
}

/** What a server may say to an honest client when it closes. */
const fairCloses = [1001, 1011, 1012, 1013, 4401, 4408, 4429];

export function runServer({ world, draft, watch, label }: Parts, event: ServerEvent): void {
  const p = productProperties;
  const { demand } = watch;
  if (draft.server === null) return;
  let result: ReturnType<ServerTransition>;
  try {
    result = world.transitions.server(draft.server, event);
  } catch (error) {
    demand(false, p.total, () => String(error));
    return;
  }
  const [next, effects] = result;
  draft.server = next;
  if (event.type === "timer")
    draft.serverTimers = draft.serverTimers.filter((name) => name !== event.name);
  draft.serverTimers = runTimers(draft.serverTimers, effects);
  const put = (item: Item): void => {
    draft.down = [...draft.down, item];
  };
  const echo = (payload: Payload): void => update(draft, find(world, payload), { echoed: true });
  for (const effect of effects) {
    switch (effect.type) {
      case "send": {
        const said = encodeServer(dialectOf(draft.client), effect.message);
        if (effect.message.type === "echo") echo({ kind: "text", text: effect.message.text });
        if (said !== null) put({ type: "frame", frame: text(said) });
        break;
      }
      case "sendBinary":
        echo({ kind: "binary", data: effect.data });
        put({ type: "frame", frame: binary(...effect.data) });
        break;
      case "close":
        demand(fairCloses.includes(effect.code), p.peace, () => `${label}: ${effect.code}`);
        put(effect);
        break;
      case "terminate":
        put({ type: "close", code: 1006, reason: "" });
        break;
      case "verify": {
        const { attempt, step: asked } = effect;
        const scram = asked.kind === "auth" && asked.message.mechanism === "scram-sha-256";
        draft.verify = { attempt, scram };
        break;
      }
      case "handle": {
        const index = find(world, effect.submission);
        const submit = draft.submits[index];
        draft.handle = effect.submission;
        const mayRepeat = world.submits[index]?.resend === true;
        demand(submit?.handled === 0 || mayRepeat, p.twice, () => `${label}: ${index + 1}`);
        const overtaken = draft.submits.some(
          ({ left, handled, settled }, i) => i < index && left && handled === 0 && !settled,
        );
        demand(!overtaken, p.order, () => `${label}: ${index + 1} first`);
        // Twice is enough to know that it was more than once.
        update(draft, index, { handled: Math.min(2, (submit?.handled ?? 0) + 1) });
        break;
      }
      case "startTimer":
      case "stopTimer":
      case "pauseInput":
      case "resumeInput":
      case "note":
        break;
    }
  }
  if (next.kind === "closing" || next.kind === "closed") draft.verify = draft.handle = null;
}

function dialectOf({ dialect }: ClientState): DialectName {
  return dialect;
}
