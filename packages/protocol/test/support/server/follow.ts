import { closes, type ServerEffect } from "../../../src/index.ts";
import { runTimers, tells, type Watch } from "../broken.ts";
import { nextFrame, skipPongs, type Draft, type Scene } from "./scene.ts";
import { takeClose } from "./take-close.ts";
import {
  serverProperties as p,
  type FrameKind,
  type Ghost,
  type Input,
  type NamedFrame,
  type Parts,
} from "./world.ts";

/** Whether the machine waits for a verdict on this attempt. */
export function isLive(ghost: Ghost, attempt: number): boolean {
  return ghost.verifying !== null && ghost.attempt === attempt && !ghost.closeSent;
}

/** What an observer knows after a step; each effect has to fit what was known before it. */
export function follow(
  parts: Parts,
  before: Ghost,
  step: {
    readonly input: Input;
    readonly effects: readonly ServerEffect[];
    readonly watch: Watch;
  },
): Ghost {
  const { input, effects, watch } = step;
  const scene = begin(parts, before, { input, watch });
  const { now, replied, seen } = scene;
  const { event, label } = input;
  now.timers = runTimers(
    event.type === "timer" ? before.timers.filter((name) => name !== event.name) : before.timers,
    effects,
  );
  for (const effect of effects) take(scene, effect);
  skipPongs(scene);
  if (scene.live !== null) {
    const isSaid = seen.said.includes(answerOf[scene.live.kind]);
    // Somebody else's login is answered by the close alone.
    const isFatal = scene.live.kind === "accepted" && now.closeSent;
    watch.demand(isSaid || isFatal, p.told, () => `${label}: ${seen.said.join()}`);
  }
  if (replied !== null && !now.closeSent)
    watch.demand(seen.answers === 1, p.order, () => `${label}: ${seen.answers} answers`);
  if (event.type === "shutdown" && before.draining === null && !now.closeSent)
    now.draining = closes[event.close].code;
  return now;
}

const answerOf = {
  accepted: "ok",
  challenge: "challenge",
  refused: "denied",
  unavailable: "error",
} as const;

/** What the event alone tells. */
function begin(
  parts: Parts,
  before: Ghost,
  { input, watch }: { readonly input: Input; readonly watch: Watch },
): Scene {
  const { event } = input;
  const { login } = parts.world.options;
  const now: Draft = { ...before };
  const live = event.type === "verdict" && isLive(before, event.attempt) ? event.outcome : null;
  if (live !== null) now.verifying = null;
  let accepted: { readonly user: string } | null = live?.kind === "accepted" ? live : null;
  if (event.type === "opened" && !before.opened) {
    now.opened = true;
    accepted = login ?? null;
  }
  if (accepted !== null && before.user === null) now.user = accepted.user;
  const isOwed = before.handling !== null && !before.closeSent;
  const replied = event.type === "handled" && isOwed ? event.reply : null;
  const answered = replied === null ? undefined : parts.frames.get(before.handling ?? "");
  if (replied !== null) now.handling = null;
  const isHeard = before.opened && !before.closeSent && before.draining === null;
  if (input.frame !== undefined && isHeard) now.queue = [...now.queue, input.frame.name];
  if (event.type === "congested" && !before.closeSent) now.congested = true;
  if (event.type === "drained") now.congested = false;
  const seen = { answers: 0, denied: 0, told: null, said: [] };
  return { parts, input, watch, before, now, live, accepted, replied, answered, seen };
}

/** Takes the oldest frame, whose consequence was just seen. */
function consume(scene: Scene, ...kinds: readonly FrameKind[]): NamedFrame | undefined {
  skipPongs(scene);
  const { parts, now, watch, input } = scene;
  const [name, ...rest] = now.queue;
  now.queue = rest;
  const named = name === undefined ? undefined : parts.frames.get(name);
  const fits = named !== undefined && kinds.includes(named.kind);
  watch.demand(fits, p.order, () => `${input.label}: ${kinds.join("/")} out of ${String(name)}`);
  return named;
}

function take(scene: Scene, effect: ServerEffect): void {
  const { parts, input, before, now, watch, accepted, answered, replied } = scene;
  const { demand } = watch;
  const { label } = input;
  const { dialect } = parts.world.options;
  switch (effect.type) {
    case "verify":
      demand(!now.closeSent, p.close, () => `${label}: verifies after the close`);
      demand(now.verifying === null, p.order, () => `${label}: two verifications at once`);
      demand(effect.attempt > now.attempt, p.stale, () => `${label}: an attempt's number again`);
      consume(scene, "login", "response");
      now.verifying = now.user === null ? "login" : "renewal";
      now.attempt = effect.attempt;
      return;
    case "handle": {
      demand(!now.closeSent, p.close, () => `${label}: handles after the close`);
      demand(now.user !== null, p.login, () => `${label}: handled`);
      demand(now.handling === null, p.order, () => `${label}: two messages in hand`);
      const named = consume(scene, "message", ...(dialect === "plain" ? (["login"] as const) : []));
      const { submission } = effect;
      const said = submission.kind === "text" ? submission.text : "";
      demand(said === contentOf(named, dialect), p.order, () => `${label}: handles ${said}`);
      const id = named?.id ?? now.lastId + 1;
      demand(id > now.lastId, p.ids, () => `${label}: ${id} after ${now.lastId}`);
      now.handling = named?.name ?? "?";
      now.lastId = named?.id ?? now.lastId;
      return;
    }
    case "sendBinary":
      scene.seen.answers += 1;
      demand(!now.closeSent, p.close, () => `${label}: binary after the close`);
      demand(now.user !== null, p.login, () => `${label}: binary sent`);
      demand(
        answered?.frame.type === "binary" && replied?.kind === "binary",
        p.order,
        () => `${label}: a binary answer to ${String(before.handling)}`,
      );
      return;
    case "send":
      takeSend(scene, effect);
      return;
    case "close":
      takeClose(scene, effect);
      return;
    case "startTimer": {
      const may = effect.name !== "expiry" || accepted !== null;
      demand(may, p.expiry, () => `${label}: extends the login`);
      return;
    }
    case "pauseInput":
      demand(!now.paused, p.pause, () => `${label}: paused twice`);
      now.paused = true;
      return;
    case "resumeInput":
      demand(now.paused, p.pause, () => `${label}: resumed twice`);
      now.paused = false;
      return;
    case "note":
      demand(!tells(effect), p.secret, () => `${label}: noted`);
      return;
    case "stopTimer":
    case "terminate":
      return;
  }
}

/** The text of a message; `""` for a binary one. */
function contentOf(named: NamedFrame | undefined, dialect: "plain" | "v1"): string {
  if (named?.frame.type !== "text") return "";
  const { text } = named.frame;
  if (dialect === "v1" && named.kind !== "message") return "";
  return dialect === "plain" ? text : (JSON.parse(text) as { readonly text: string }).text;
}

function takeSend(scene: Scene, effect: Extract<ServerEffect, { readonly type: "send" }>): void {
  const { parts, input, before, now, watch, live, accepted, answered, replied, seen } = scene;
  const { demand } = watch;
  const { label } = input;
  const { limits, dialect } = parts.world.options;
  const { message } = effect;
  seen.said.push(message.type);
  demand(!now.closeSent, p.close, () => `${label}: ${message.type} after the close`);
  // An echo's text is the handler's own.
  demand(message.type === "echo" || !tells(effect), p.secret, () => `${label}: ${message.type}`);
  switch (message.type) {
    case "echo": {
      seen.answers += 1;
      demand(now.user !== null, p.login, () => `${label}: echoed`);
      const isOwed = answered?.frame.type === "text" && replied?.kind === "text";
      const isNamed = dialect === "plain" || message.id === answered?.id;
      demand(
        isOwed && isNamed && message.text === replied.text,
        p.order,
        () => `${label}: echo ${message.id} for ${String(before.handling)}`,
      );
      return;
    }
    case "error": {
      seen.told = message.code;
      if (message.id === undefined) return;
      if (message.id === answered?.id) seen.answers += 1;
      const concerned = [answered?.id, nextFrame(scene)?.id];
      demand(
        concerned.includes(message.id),
        p.cause,
        () => `${label}: error ${String(message.id)}`,
      );
      return;
    }
    case "ok":
      demand(accepted !== null, p.login, () => `${label}: ok without a verdict`);
      demand(message.user === now.user, p.user, () => `${label}: ok for ${message.user}`);
      now.failures = 0;
      now.expires = message.expiresInMs !== undefined;
      return;
    case "denied":
      seen.denied += 1;
      // The first answers the verdict, the others what was said before it.
      if (live?.kind !== "refused" || seen.denied > 1) consume(scene, "message", "login");
      now.failures += 1;
      demand(
        message.attemptsLeft === Math.max(0, limits.maxAttempts - now.failures),
        p.attempts,
        () => `${label}: ${message.attemptsLeft} left after ${now.failures}`,
      );
      return;
    case "pong":
      consume(scene, "ping");
      return;
    case "challenge":
      demand(live?.kind === "challenge", p.login, () => `${label}: a challenge of its own`);
      return;
    case "hello":
    case "ping":
      return;
  }
}
