import { closes, frameBytes, type CloseName, type ServerEffect } from "../../../src/index.ts";
import { bytesOf, nextFrame, skipPongs, type Scene } from "./scene.ts";
import { serverProperties as p } from "./world.ts";

type Close = Extract<ServerEffect, { readonly type: "close" }>;

/** A close has to have a cause, and must not cut short what a drain owes. */
export function takeClose(scene: Scene, effect: Close): void {
  const { input, before, now, watch } = scene;
  const { demand } = watch;
  const { event, label } = input;
  const [name] =
    Object.entries(closes).find(
      ([, { code, reason }]) => code === effect.code && reason === effect.reason,
    ) ?? [];
  demand(!now.closeSent, p.close, () => `${label}: closes again`);
  demand(name !== undefined, p.close, () => `${label}: ${effect.code} ${effect.reason}`);
  demand(scene.seen.told === effect.code, p.cause, () => `${label}: no word`);
  skipPongs(scene);
  demand(hasCause(scene, name as CloseName), p.cause, () => `${label}: ${String(name)}`);
  const owes = now.handling !== null || now.queue.length > 0;
  // While draining, any other code means that a frame was at fault, the next one in the queue.
  const isFault = now.handling === null && now.queue.length > 0;
  const mayClose = effect.code === before.draining ? !owes : isFault;
  if (before.draining !== null && !mayCut(scene))
    demand(mayClose, p.drain, () => `${label}: ${effect.code} while answers are owed`);
  if (event.type === "shutdown" && before.draining === null && now.user !== null)
    demand(!owes, p.drain, () => `${label}: closes while answers are owed`);
  now.closeSent = true;
  now.verifying = null;
  now.handling = null;
  now.queue = [];
  now.congested = false;
}

/** Whether something has happened that this close stands for. */
function hasCause(scene: Scene, name: CloseName): boolean {
  const { parts, input, before, now, live, replied, answered } = scene;
  const { event, frame } = input;
  const { limits, dialect } = parts.world.options;
  const largest = now.user === null ? limits.maxLoginBytes : limits.maxMessageBytes;
  const next = nextFrame(scene);
  switch (name) {
    case "goingAway":
    case "restarting":
    case "sessionTooLong":
    case "messageTooSlow":
      return (event.type === "shutdown" ? event.close : null) === name || before.draining !== null;
    case "loginTimeout":
      return event.type === "timer" && event.name === "auth";
    case "idle":
      return event.type === "timer" && event.name === "idle";
    case "expired":
      return event.type === "timer" && event.name === "expiry";
    case "tooSlow":
      return event.type === "timer" && event.name === "slow";
    case "revoked":
      return event.type === "revoked";
    case "protocolError":
    case "invalidData":
    case "tooManyFragments":
      return event.type === "violation";
    case "tryAgainLater":
      return live?.kind === "unavailable";
    case "refused":
      return live?.kind === "accepted" && live.user !== before.user;
    case "tooManyAttempts":
      return now.failures >= limits.maxAttempts;
    case "tooBig":
      return frame !== undefined && frameBytes(frame.frame) > largest;
    case "tooManyMessages": {
      const bytes = now.queue.reduce((sum, waiting) => sum + bytesOf(parts, waiting), 0);
      return now.queue.length > limits.backlogMessages || bytes > limits.backlogBytes + largest;
    }
    case "internalError":
      return replied !== null && replied.kind !== answered?.frame.type;
    case "malformed":
      return dialect === "v1" && next?.kind === "fault";
    case "notAuthenticated":
      return dialect === "v1" && next?.kind === "message" && now.user === null;
    case "outOfOrder":
      return next?.id === undefined
        ? next?.kind === "response" || next?.name.startsWith("auth") === true
        : next.id <= now.lastId;
    case "normal":
    case "userExit":
    case "unsupportedData":
    case "subprotocol":
      return false;
  }
}

/** What may end a drain before its answers are given. */
function mayCut({ input: { event }, before, live, replied, answered }: Scene): boolean {
  return (
    event.type === "shutdown" ||
    event.type === "revoked" ||
    event.type === "violation" ||
    (event.type === "timer" && event.name !== "idle") ||
    (live !== null && before.verifying === "renewal") ||
    replied?.kind !== answered?.frame.type
  );
}
