import type { ClientEffect, ClientTimer, DialectName } from "../../../src/index.ts";
import { runTimers, tells } from "../broken.ts";
import { update, type Draft, type Of, type Scene, type Step } from "./scene.ts";
import { takeSettle } from "./take-settle.ts";
import { watchReason } from "./watch-reason.ts";
import { clientProperties as p, type ClientWorld, type Ghost, type ServerFrame } from "./world.ts";

/** What an observer knows after a step; each effect has to fit what was known before it. */
export function follow(world: ClientWorld, before: Ghost, step: Step): Ghost {
  const scene = begin(world, before, step);
  const { now, next, proves, enters, watch } = scene;
  const { event, label } = step.input;
  const byHandshake = event.type === "socketOpened" && awaitsHandshake(world, now);
  watch.demand(!enters || proves || byHandshake, p.proof, () => `${label}: ready`);
  watch.demand(!enters || next.dialect === now.agreed, p.downgrade, () => `${label}: ready`);
  for (const effect of step.effects) take(scene, effect);
  // A renewal that was refused, or has nothing to offer, is over.
  if (proves || (next.kind === "ready" && next.login === null)) now.offered = null;
  watchReason(scene);
  watchDuty(scene);
  if (next.kind === "stopped")
    watch.demand(!tells({ type: "reason", ...next.reason }), p.secret, () => label);
  return now;
}

/** What the event alone tells. */
function begin(world: ClientWorld, before: Ghost, step: Step): Scene {
  const { input, effects, state, next } = step;
  const { event } = input;
  const timers = event.type === "timer" ? without(before.timers, event.name) : before.timers;
  const started = effects.map((effect) =>
    effect.type === "scheduleRetry" ? ({ type: "startTimer", name: "retry" } as const) : effect,
  );
  const now: Draft = { ...before, timers: runTimers<ClientTimer>(timers, started) };
  const frame = heard(input.frame, before.agreed);
  switch (event.type) {
    case "submit":
      now.submits = [...now.submits, { left: false, sent: false, settled: false }];
      break;
    case "socketOpened":
      now.socket = "open";
      now.agreed = event.protocol === "wsecho.v1" ? "v1" : "plain";
      break;
    case "socketClosed":
      hangUp(now);
      break;
    case "credentials":
      now.asked = false;
      break;
    case "answered":
      now.challenged = false;
      break;
    case "checked":
      now.checking = false;
      break;
    case "connect":
    case "frame":
    case "timer":
    case "stop":
      break;
  }
  if (frame?.kind === "pong" && state.kind === "ready") now.openings = 0;
  const isTried = before.offered !== null || awaitsHandshake(world, before);
  if (frame?.kind === "denied" && state.kind === "authenticating" && isTried) {
    now.denied = true;
    now.offered = null;
    now.refused = world.fixed;
  }
  const proves =
    event.type === "checked"
      ? event.genuine && before.checking
      : frame?.kind === "ok" && (before.offered === "other" || awaitsHandshake(world, before));
  const enters = next.kind === "ready" && state.kind !== "ready";
  return { ...step, world, before, now, frame, proves, enters };
}

function without<T>(items: readonly T[], item: T): readonly T[] {
  return items.filter((other) => other !== item);
}

/** A frame of the other dialect is just some text. */
function heard(
  frame: ServerFrame | undefined,
  agreed: DialectName | null,
): ServerFrame | undefined {
  return frame === undefined || frame.frame.type === "binary" || frame.dialect === agreed
    ? frame
    : { name: frame.name, kind: "other", dialect: frame.dialect, frame: frame.frame };
}

function hangUp(now: Draft): void {
  now.socket = "none";
  now.agreed = null;
  now.asked = now.challenged = now.checking = false;
  now.offered = null;
  now.denied = false;
  now.submits = now.submits.map((submit) => ({ ...submit, sent: false }));
}

/** Whether the server's word on the handshake's own login is due. */
function awaitsHandshake({ options }: ClientWorld, ghost: Ghost): boolean {
  const { socket, asked, offered, denied } = ghost;
  const isUndecided = socket === "open" && !asked && offered === null && !denied;
  return options.handshakeLogin === true && isUndecided;
}

/** What the client must not leave undone. */
function watchDuty({ world, input, before, state, next, effects, frame, ...rest }: Scene): void {
  const { event, label } = input;
  const { demand } = rest.watch;
  const isBelieved = next.kind === "ready" || state.kind !== "authenticating" || !rest.proves;
  demand(isBelieved, p.proven, () => `${label}: ${next.kind}`);
  const isCut = event.type === "socketClosed" && event.code === 1006 && state.kind === "ready";
  const mayReturn = world.options.reconnect && before.openings === 0;
  const stays = isCut && mayReturn && next.kind !== "waiting";
  demand(!stays, p.returns, () => `${label}: ${next.kind}`);
  const isSentAway =
    event.type === "socketClosed" && event.code === 4403 && before.socket === "open";
  const obeys = !isSentAway || next.kind === "stopped";
  demand(obeys, p.retries, () => `${label}: ${next.kind}`);
  const isPinged = frame?.kind === "ping" && before.socket === "open";
  const isAnswered = effects.some((e) => e.type === "send" && e.message.type === "pong");
  demand(!isPinged || isAnswered, p.answers, () => `${label}: no pong`);
  const isDue = event.type === "timer" && event.name === "renew" && before.offered === null;
  const isAsked = before.asked || rest.now.asked;
  demand(!isDue || isAsked, p.answers, () => `${label}: no renewal`);
}

function take(scene: Scene, effect: ClientEffect): void {
  const { world, input, now, watch, frame, state, enters, proves } = scene;
  const { demand } = watch;
  const { label } = input;
  switch (effect.type) {
    case "openSocket":
      demand(now.socket === "none", p.socket, () => `${label}: a second socket`);
      demand(!now.refused, p.refusal, () => `${label}: comes back`);
      hangUp(now);
      now.socket = "opening";
      now.openings += 1;
      return;
    case "close":
      demand(now.socket === "open", p.close, () => `${label}: closes a ${now.socket} socket`);
      demand(!tells(effect), p.secret, () => `${label}: the reason`);
      now.socket = "closing";
      now.asked = now.challenged = now.checking = false;
      return;
    case "dropSocket":
      demand(now.socket !== "none", p.socket, () => `${label}: drops nothing`);
      hangUp(now);
      return;
    case "send":
      takeSend(scene, effect);
      return;
    case "sendBinary": {
      const index = world.submits.findIndex(
        ({ payload }, i) =>
          payload.kind === "binary" && payload.data === effect.data && i < now.submits.length,
      );
      leave(scene, index + 1);
      return;
    }
    case "askCredentials":
      demand(effect.attempt > now.attempt, p.stale, () => `${label}: a question's number again`);
      demand(!tells(effect), p.secret, () => `${label}: the question`);
      now.attempt = effect.attempt;
      now.asked = true;
      now.challenged = now.checking = false;
      return;
    case "answerChallenge":
      demand(now.offered === "scram", p.proof, () => `${label}: answers a challenge`);
      now.challenged = true;
      return;
    case "checkServer":
      demand(frame?.kind === "ok" && now.offered === "scram", p.proof, () => label);
      now.checking = true;
      return;
    case "startTimer": {
      const believes = effect.name !== "renew" || enters || proves;
      demand(believes, p.proof, () => `${label}: login extended`);
      return;
    }
    case "loginEnds":
      demand(enters || proves, p.proof, () => `${label}: login's end moved`);
      return;
    case "keepToken":
      demand(enters || proves, p.proof, () => `${label}: a token kept`);
      return;
    case "settle":
      takeSettle(scene, effect);
      return;
    case "receive":
      if (state.kind === "ready") now.openings = 0;
      return;
    case "note":
      demand(!tells(effect), p.secret, () => `${label}: noted`);
      return;
    case "stopTimer":
    case "scheduleRetry":
      return;
  }
}

function say({ input, next, now, watch }: Scene, what: string): void {
  const { label } = input;
  watch.demand(now.socket === "open", p.close, () => `${label}: ${what}, socket ${now.socket}`);
  watch.demand(next.dialect === now.agreed, p.downgrade, () => `${label}: ${what}`);
}

function takeSend(scene: Scene, { message }: Of<"send">): void {
  const { input, before, now, watch } = scene;
  const { demand } = watch;
  const { event, label } = input;
  if (message.type === "submit") {
    leave(scene, message.id);
    return;
  }
  say(scene, message.type);
  switch (message.type) {
    case "auth": {
      const answers = before.asked && event.type === "credentials" && event.message === message;
      demand(answers, p.credentials, () => `${label}: unasked`);
      demand(now.offered === null, p.credentials, () => `${label}: twice`);
      demand(!now.refused, p.refusal, () => `${label}: offers them again`);
      now.offered = message.mechanism === "scram-sha-256" ? "scram" : "other";
      now.denied = false;
      return;
    }
    case "response": {
      const answers = before.challenged && event.type === "answered" && event.data === message.data;
      demand(answers, p.credentials, () => `${label}: a response of its own`);
      return;
    }
    case "ping":
    case "pong":
      return;
  }
}

/** A submit goes out. */
function leave(scene: Scene, id: number): void {
  const { world, input, next, now, watch } = scene;
  const { demand } = watch;
  const { label } = input;
  say(scene, `submit ${id}`);
  const submit = now.submits[id - 1];
  const mayRepeat = world.submits[id - 1]?.resend === true;
  const mayLeave =
    submit !== undefined && !submit.settled && !submit.sent && (!submit.left || mayRepeat);
  demand(mayLeave, p.order, () => `${label}: ${id} again`);
  const overtakes = now.submits.some((other, i) => i + 1 < id && !other.settled && !other.sent);
  demand(!overtakes, p.order, () => `${label}: ${id} overtakes`);
  const isFirst = now.submits.every((other, i) => i < id || !other.sent);
  demand(isFirst, p.order, () => `${label}: ${id} too late`);
  demand(next.kind === "ready", p.proof, () => `${label}: ${id} in ${next.kind}`);
  update(now, id, { left: true, sent: true });
}
