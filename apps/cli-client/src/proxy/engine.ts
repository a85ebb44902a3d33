import {
  createDecoder,
  type Direction,
  type FrameRecord,
  type HandshakeRecord,
  type MessageRecord,
  type WireRecord,
} from "@wsecho/wire";
import type { Content } from "./content.ts";
import { createLane, type Item, type Lane, type Part } from "./lane.ts";
import { createOutlet, type Outlet } from "./outlet.ts";
import { controlPayload, untouched, type Rulebook, type Verdict } from "./rulebook.ts";

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
  /** Sends what was due by now. */
  tick(time: number): void;
  /** When to call `tick`, if nothing else happens. */
  wakeAt(): number | undefined;
  /** @returns why not; an id that nothing has is no reason of this connection's */
  decide(id: number, decision: Decision, time: number): string | undefined;
  has(id: number): boolean;
  /** @returns why not */
  inject(dir: Direction, content: Content, time: number): string | undefined;
  /** Says a thing about the connection in its record. */
  note(says: string, time: number): void;
  /** Bytes of one direction that wait. */
  waiting(dir: Direction): number;
}

/** What is kept of one message to look at it; larger ones pass unseen by the rules. */
export const maxMessage = 16 * 1024 * 1024;
/** So long control frames keep their place behind a message whose end does not come. */
const patienceUs = 1_000_000;

export function createEngine(options: EngineOptions): Engine {
  const { conn, rulebook, record } = options;
  const lanes: Readonly<Record<Direction, Lane>> = { c2s: createLane(), s2c: createLane() };
  let deflate: HandshakeRecord["deflate"] = null;
  let frames = 0;
  let messages = 0;
  let now = 0;
  let first: number | undefined;

  const decoder = createDecoder({
    emit: take,
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
  const outlet: Outlet = createOutlet({
    ...options,
    lanes,
    stamp: () => ({ t: now, us: now - (first ?? now), conn, at: "proxy" }),
    takeover: (dir) => deflate?.[dir].takeover ?? false,
    numbers: { frame: () => ++frames, message: () => ++messages },
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

  function take(found: WireRecord): void {
    if (found.k === "handshake" && found.status === 101) ({ deflate } = found);
    if (found.k === "frame") takeFrame(found);
    else if (found.k === "message") takeMessage(found);
    else if (found.k === "close") outlet.follow(lanes[found.dir], found);
    else record(found);
  }

  function takeFrame(frame: FrameRecord): void {
    const { dir, off, op, fin, msg } = frame;
    const lane = lanes[dir];
    const end = off + frame.hdr.length + (frame.key?.length ?? 0) + frame.len;
    lane.lastEnd = end;
    const gone = off < lane.bytes.start;
    const bytes = lane.bytes.takeTo(end);
    const part: Part = { frame, bytes, since: now };
    if (op >= 8) {
      if (op === 8) lane.closed = true;
      if (!gone && lane.tail.length > 0) lane.tail.push(part);
      else takeControl(lane, part, gone ? untouched : rulebook.judge(frame));
    } else if (gone || msg === undefined || lane.passing === msg) {
      lane.passing = fin === 1 ? undefined : msg;
      // Nothing is left of most frames where nobody looks.
      if (bytes.length === 0) outlet.follow(lane, frame);
      else outlet.add(lane, itemOf([part], untouched));
    } else lane.tail.push(part);
    outlet.addInjections(dir);
  }

  function takeControl(lane: Lane, part: Part, verdict: Verdict): void {
    const { dir } = part.frame;
    const hold = verdict.hold || (options.holdsAll() && part.frame.op === 8);
    addAround(dir, verdict, () => enqueue(lane, itemOf([part], verdict), hold, part.frame));
  }

  function takeMessage(message: MessageRecord): void {
    const { dir, msg } = message;
    const lane = lanes[dir];
    if (!lane.tail.some(({ frame }) => frame.msg === msg)) {
      outlet.follow(lane, message);
      return;
    }
    const parts = lane.tail;
    lane.tail = [];
    const verdict = rulebook.judge(message);
    const hold = verdict.hold || options.holdsAll();
    const judged = parts.map((part) => ({
      part,
      own: part.frame.op >= 8 ? rulebook.judge(part.frame) : untouched,
    }));
    // What a rule does to a control frame takes it out of the message that it stands in.
    const stays = judged.filter(({ own }) => own === untouched).map(({ part }) => part);
    for (const { part, own } of judged) if (own !== untouched) takeControl(lane, part, own);
    addAround(dir, verdict, () =>
      enqueue(lane, { ...itemOf(stays, verdict), message }, hold, message),
    );
    outlet.addInjections(dir);
  }

  function addAround(dir: Direction, { before, after, by }: Verdict, add: () => void): void {
    const cause = by.join(", ");
    for (const { dir: way, content } of before) outlet.inject(way, content, cause);
    add();
    for (const { dir: way, content } of after) outlet.inject(way, content, cause);
    for (const { dir: way } of [...before, ...after]) if (way !== dir) outlet.flush(way, now);
  }

  function enqueue(
    lane: Lane,
    item: Item,
    hold: boolean,
    about: MessageRecord | FrameRecord,
  ): void {
    if (hold && !item.drop) item.held = options.newHeldId();
    outlet.add(lane, item);
    if (item.held !== undefined) options.onHeld({ id: item.held, conn, record: about });
  }

  function itemOf(parts: Part[], { delay, drop, edit, by }: Verdict): Item {
    return { parts, since: now, due: now + delay * 1000, drop, edit, by };
  }

  /** Lets go by what nobody can look at: a message that is too large, the end of a connection. */
  function release(dir: Direction): void {
    const lane = lanes[dir];
    for (const part of lane.tail.splice(0)) {
      if (part.frame.op < 8) lane.passing = part.frame.msg;
      outlet.add(lane, itemOf([part], untouched));
    }
    const bytes = lane.bytes.takeTo(Infinity);
    if (bytes.length > 0) outlet.add(lane, { ...itemOf([], untouched), bytes });
  }

  function settle(dir: Direction): void {
    const lane = lanes[dir];
    if (lane.frames === Infinity || !looks(lane)) {
      if (lane.bytes.length > 0 || lane.tail.length > 0) release(dir);
    } else if (lane.items.length === 0 && sizeOf(lane) > maxMessage) {
      if (lane.contextLost && lane.tail.some(({ frame }) => (frame.rsv & 4) !== 0)) {
        options.onFail("a compressed message is too large to send on behind one that was changed");
        return;
      }
      outlet.note("a message is too large to be looked at; it passes as it is", dir);
      release(dir);
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
      release(dir);
      lanes[dir].ended = true;
      settle(dir);
    },
    tick(time) {
      tick(time);
      for (const dir of both) {
        const lane = lanes[dir];
        const late = lane.tail.filter(
          (part) => part.frame.op >= 8 && part.since + patienceUs <= now,
        );
        lane.tail = lane.tail.filter((part) => !late.includes(part));
        for (const part of late) takeControl(lane, part, rulebook.judge(part.frame));
      }
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
    has: (id) => both.some((dir) => lanes[dir].items.some(({ held }) => held === id)),
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

function sizeOf({ bytes, tail, items }: Lane): number {
  const ofParts = (parts: readonly Part[]): number =>
    parts.reduce((sum, part) => sum + part.bytes.length, 0);
  return (
    bytes.length +
    ofParts(tail) +
    items.reduce((sum, item) => sum + ofParts(item.parts) + (item.bytes?.length ?? 0), 0)
  );
}
