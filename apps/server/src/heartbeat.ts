import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import type { Connection } from "./session.ts";
import { isInsideMessage } from "./unfinished.ts";

/** An open connection, as the heartbeat sees it, and what it notes about it. */
export interface Beat extends Connection {
  readonly webSocket: WebSocket;
  readonly socket: Socket;
  /** Silence alone does not end it (PROTOCOL.md P11), but inside a message nobody stops to think. */
  readonly mayBeDeaf: boolean;
  /** When it has lasted long enough, by `performance.now()`; ms. Infinity once it has been told to go. */
  endsAtMs: number;
  /** Among whom it is seen to. */
  turn: number;
  /** What had come from the peer when it was last seen to; −1 before that. */
  bytesRead: number;
  /** It was pinged then. */
  pinged: boolean;
  /** The message that it was inside of then, if any. */
  inside: Inside | null;
}

/** A message that a look has found a peer in the middle of. */
export interface Inside {
  /** When it was first seen; Infinity once its peer has been told to go. */
  sinceMs: number;
  readonly leave: () => void;
}

export interface Heartbeat {
  readonly add: (beat: Beat) => void;
  readonly remove: (beat: Beat) => void;
  readonly stop: () => void;
}

export interface HeartbeatParts {
  /** Between two pings of a peer that says nothing else; asked anew for each round, for it may change; ms. */
  readonly intervalMs: () => number;
  /** From a message's first byte to its last; ms. */
  readonly messageTimeoutMs: () => number;
  /** A peer was silent, and has been cut. */
  readonly onDead: () => void;
}

/** Connections are seen to in turn, not all at once: 10 000 pings in one breath would be a hiccup. */
const turns = 32;

/** How often in an interval a connection is seen to: once to ping it, once to see what came of it. */
const looks = 2;

/**
 * Pings a peer that has been silent for half an interval, and cuts it where it stays so for another
 * half: a dead peer is found within two intervals, and one that is busy is not disturbed. One timer
 * for all connections. It also ends sessions that have lasted long enough, to an interval's
 * exactness, and those whose message takes too long, to half of one.
 */
export function createHeartbeat({
  intervalMs,
  messageTimeoutMs,
  onDead,
}: HeartbeatParts): Heartbeat {
  const groups = Array.from({ length: turns }, () => new Set<Beat>());
  let turn = 0;
  let timer: NodeJS.Timeout | undefined;

  function next(): void {
    timer = setTimeout(
      () => {
        turn = (turn + 1) % turns;
        const now = performance.now();
        for (const entry of groups[turn] ?? []) see(entry, now);
        next();
      },
      intervalMs() / looks / turns,
    ).unref();
  }

  function see(entry: Beat, now: number): void {
    const { webSocket, socket } = entry;
    // Our close has a deadline of its own.
    if (webSocket.readyState !== webSocket.OPEN) return;
    if (now >= entry.endsAtMs) {
      // Once: a second time would not wait for the answers that are owed.
      entry.endsAtMs = Infinity;
      entry.shutDown("sessionTooLong");
      return;
    }
    const message = messageOf(entry, now);
    if (message !== null && now - message.sinceMs >= messageTimeoutMs()) {
      message.sinceMs = Infinity;
      entry.shutDown("messageTooSlow");
      return;
    }
    const { bytesRead } = socket;
    // Where we do not read ourselves, silence says nothing.
    const isSilent = bytesRead === entry.bytesRead && !webSocket.isPaused;
    if (isSilent && entry.pinged && (!entry.mayBeDeaf || message !== null)) {
      onDead();
      webSocket.terminate();
      return;
    }
    entry.bytesRead = bytesRead;
    entry.pinged = isSilent && !entry.pinged;
    if (entry.pinged) webSocket.ping();
  }

  return {
    add(beat) {
      // The group that was seen to last: the first ping comes after a whole interval.
      beat.turn = turn;
      groups[turn]?.add(beat);
      if (timer === undefined) next();
    },
    remove: (beat) => void groups[beat.turn]?.delete(beat),
    stop() {
      clearTimeout(timer);
    },
  };
}

/** The message that the peer is in the middle of. */
function messageOf(entry: Beat, now: number): Inside | null {
  const { webSocket } = entry;
  if (!isInsideMessage(webSocket)) entry.inside?.leave();
  else if (entry.inside === null) entry.inside = enter(entry, now);
  // As long as we do not read, it cannot come to its end.
  else if (webSocket.isPaused) entry.inside.sinceMs = now;
  return entry.inside;
}

/** Listens only where a look has found a peer inside a message: no other message pays for it. */
function enter(entry: Beat, now: number): Inside {
  const { webSocket } = entry;
  const leave = (): void => {
    webSocket.off("message", leave);
    entry.inside = null;
  };
  webSocket.on("message", leave);
  return { sinceMs: now, leave };
}
