import {
  createDecoder,
  type Direction,
  type FrameRecord,
  type HandshakeRecord,
  type MessageRecord,
  type WireRecord,
} from "@wsecho/wire";
import type { Content } from "./content.ts";
import { createIntake, patienceUs } from "./intake.ts";
import { createLane, sizeOf, type Lane } from "./lane.ts";
import { createOutlet } from "./outlet.ts";
import { controlPayload, type Rulebook } from "./rulebook.ts";

/** A message that waits for a person. */
export interface Held {
  readonly id: number;
  readonly conn: number;
  readonly record: MessageRecord | FrameRecord;
}

export interface EngineOptions {
  readonly conn: number;
  readonly rulebook: Rulebook;
  /** Whether every message is held. */
  readonly holdsAll: () => boolean;
  /** Four random bytes, for frames that are added on the client's behalf. */
  readonly newKey: () => Uint8Array;
  readonly newHeldId: () => number;
  /** Bytes to send on: `c2s` to the server. */
  readonly send: (dir: Direction, bytes: Uint8Array) => void;
  /** Everything that came, with what became of it. */
  readonly record: (record: WireRecord) => void;
  readonly onHeld: (held: Held) => void;
  /** All of a direction was sent, and its sender has ended it. */
  readonly onEnd: (dir: Direction) => void;
  /** The connection cannot go on; the reason is for people. */
  readonly onFail: (reason: string) => void;
}

/** What a person decides about a held message. */
export type Decision =
  | { readonly kind: "forward" }
  | { readonly kind: "drop" }
  | { readonly kind: "edit"; readonly text: string };

/**
 * One connection on its way through a proxy, without any I/O. Bytes leave as they came, until a rule
 * or a person asks for a message; then whole messages and control frames are looked at, and those
 * that nobody changes still leave as they came. Times are microseconds since 1970, and never go back.
 */
export interface Engine {
  /** @param instead what to send on in place of `bytes`; only before frames begin */
  push(dir: Direction, bytes: Uint8Array, time: number, instead?: Uint8Array): void;
  /** The sender of one direction has ended it. */
  end(dir: Direction, time: number): void;
  /** Nothing passes any more: what was not sent on is recorded as that. */
  close(time: number): void;
  /** Sends what was due by now. */
  tick(time: number): void;
  /** When to call `tick`, if nothing else happens. */
  wakeAt(): number | undefined;
  /** @returns why not; an id that nothing has is no reason of this connection's */
  decide(id: number, decision: Decision, time: number): string | undefined;
  /** @returns why not */
  inject(dir: Direction, content: Content, time: number): string | undefined;
  /** Says a thing about the connection in its record. */
  note(says: string, time: number): void;
  /** Bytes of one direction that wait. */
  waiting(dir: Direction): number;
}

/** What is kept of one message to look at it; larger ones pass unseen by the rules. */
export const maxMessage = 16 * 1024 * 1024;

export function createEngine(options: EngineOptions): Engine {
  const { conn, rulebook } = options;
  const lanes: Readonly<Record<Direction, Lane>> = { c2s: createLane(), s2c: createLane() };
  let deflate: HandshakeRecord["deflate"] = null;
  let frames = 0;
  let messages = 0;
  let now = 0;
  let first: number | undefined;

  const outlet = createOutlet({
    ...options,
    lanes,
    stamp: () => ({ t: now, us: now - (first ?? now), conn, at: "proxy" }),
    takeover: (dir) => deflate?.[dir].takeover ?? false,
    numbers: { frame: () => ++frames, message: () => ++messages },
  });
  const intake = createIntake({ ...options, lanes, outlet, now: () => now });
  const decoder = createDecoder({
    emit(found) {
      if (found.k === "handshake" && found.status === 101) ({ deflate } = found);
      intake.take(found);
    },
    conn,
    at: "proxy",
    midstream: false,
    limits: { frame: maxMessage, message: maxMessage, inflated: maxMessage },
    numbers: { frame: () => ++frames, message: () => ++messages },
    onFrames(dir, off) {
      const lane = lanes[dir];
      lane.frames = off;
      lane.lastEnd = off;
      if (lane.bytes.start < off) options.send(dir, lane.bytes.takeTo(off));
    },
  });

  const looks = (lane: Lane): boolean =>
    rulebook.rules.length > 0 ||
    options.holdsAll() ||
    lane.contextLost ||
    lane.items.length > 0 ||
    lane.tail.length > 0 ||
    lane.injections.length > 0;

  const tick = (time: number): void => {
    first ??= time;
    now = Math.max(now, time);
  };

  function settle(dir: Direction): void {
    const lane = lanes[dir];
    if (lane.frames === Infinity || !looks(lane)) {
      if (lane.bytes.length > 0 || lane.tail.length > 0) intake.release(dir);
    } else if (lane.items.length === 0 && sizeOf(lane) > maxMessage) {
      if (lane.contextLost && lane.tail.some(({ frame }) => (frame.rsv & 4) !== 0)) {
        options.onFail("a compressed message is too large to send on behind one that was changed");
        return;
      }
      outlet.note("a message is too large to be looked at; it passes as it is", dir);
      intake.release(dir);
    }
    outlet.flush(dir, now);
    if (lane.ended && lane.items.length === 0) {
      lane.ended = false;
      options.onEnd(dir);
    }
  }

  const both: readonly Direction[] = ["c2s", "s2c"];
  const settleAll = (): void => both.forEach(settle);

  return {
    push(dir, bytes, time, instead) {
      tick(time);
      const lane = lanes[dir];
      if (instead !== undefined || lane.frames === Infinity || !looks(lane)) {
        // Sent before it is looked at, so that looking costs no time on the way.
        const waited = lane.bytes.takeTo(Infinity);
        if (waited.length > 0) options.send(dir, waited);
        // An answer that opens the frames may have some behind it, which the rules want to see.
        if (dir === "s2c" && lane.frames === Infinity && looks(lane)) lane.bytes.push(bytes);
        else {
          lane.bytes.pass(bytes.length);
          options.send(dir, instead ?? bytes);
        }
      } else lane.bytes.push(bytes);
      decoder.push(dir, bytes, now);
      settleAll();
    },
    end(dir, time) {
      tick(time);
      decoder.end(now, dir);
      intake.release(dir);
      lanes[dir].ended = true;
      settle(dir);
    },
    close(time) {
      tick(time);
      decoder.end(now);
      for (const dir of both) {
        intake.release(dir);
        outlet.abandon(dir, now);
      }
    },
    tick(time) {
      tick(time);
      for (const dir of both) intake.takeLate(dir);
      settleAll();
    },
    wakeAt() {
      const times = both.flatMap((dir) => {
        const { tail, items } = lanes[dir];
        const controls = tail.filter(({ frame }) => frame.op >= 8);
        return [
          ...controls.map(({ since }) => since + patienceUs),
          ...items.filter(({ due }) => due > now).map(({ due }) => due),
        ];
      });
      return times.length === 0 ? undefined : Math.min(...times);
    },
    decide(id, decision, time) {
      tick(time);
      for (const dir of both) {
        const item = lanes[dir].items.find(({ held }) => held === id);
        if (item === undefined) continue;
        if (decision.kind === "edit") {
          const text = Buffer.from(decision.text);
          const frame = item.message === undefined ? item.parts[0]?.frame : undefined;
          const edit = frame === undefined ? text : controlPayload(frame, text);
          if (edit === undefined) return "a control frame holds at most 125 bytes";
          item.edit = edit;
        }
        if (decision.kind === "drop") item.drop = true;
        item.by = [...item.by, "by hand"];
        delete item.held;
        settle(dir);
      }
      return undefined;
    },
    inject(dir, content, time) {
      tick(time);
      const lane = lanes[dir];
      if (lane.frames === Infinity) return "there are no frames yet, or never will be";
      if (lane.closed) return "this direction has ended with a close frame";
      outlet.inject(dir, content, "by hand", true);
      outlet.flush(dir, now);
      return undefined;
    },
    note(says, time) {
      tick(time);
      outlet.note(says);
    },
    waiting: (dir) => sizeOf(lanes[dir]),
  };
}
