import type { Direction, FrameRecord, MessageRecord, Stamp, WireRecord } from "@wsecho/wire";
import { bytesOf, nothing, toFrame, type Content } from "./content.ts";
import type { EngineOptions } from "./engine.ts";
import type { Item, Lane, Part } from "./lane.ts";

/** Where what waits leaves a connection, in order, and is recorded with what became of it. */
export interface Outlet {
  /** Puts an item at the end of what waits. */
  add(lane: Lane, item: Item): void;
  /** A record that belongs behind what came before it. */
  follow(lane: Lane, record: WireRecord): void;
  /** @param first ahead of what waits */
  inject(dir: Direction, content: Content, by: string, first?: boolean): void;
  /** Lets in what waited for the end of a frame or a message. */
  addInjections(dir: Direction): void;
  /** Sends what may leave now. */
  flush(dir: Direction, now: number): void;
  /** Records what still waits, which goes nowhere. */
  abandon(dir: Direction, now: number): void;
  note(says: string, dir?: Direction): void;
}

export interface OutletOptions extends Pick<
  EngineOptions,
  "send" | "record" | "newKey" | "onFail"
> {
  readonly lanes: Readonly<Record<Direction, Lane>>;
  readonly stamp: () => Stamp;
  /** Whether the compressor of a direction keeps its history from message to message. */
  readonly takeover: (dir: Direction) => boolean;
  readonly numbers: { readonly frame: () => number; readonly message: () => number };
}

export function createOutlet(options: OutletOptions): Outlet {
  const { send, record, lanes, stamp } = options;
  const behind = new WeakMap<Item, WireRecord[]>();

  const note = (says: string, dir?: Direction): void =>
    record({ k: "note", ...stamp(), code: "proxy", says, ...(dir && { dir }) });

  /** Frames as they came. */
  const pass = (parts: readonly Part[]): void => {
    for (const { frame, bytes } of parts) {
      if (bytes.length > 0) send(frame.dir, bytes);
      record(frame);
    }
  };

  /** Sends `content` in place of frames, or nothing. */
  const replace = (parts: readonly Part[], content: Content | undefined): void => {
    pass(parts.filter(({ frame }) => isAside(parts, frame)));
    let edited = nothing;
    for (const { frame } of parts) {
      if (isAside(parts, frame)) continue;
      if (content !== undefined && edited === nothing) {
        edited = toFrame(content, frame.key);
        send(frame.dir, bytesOf(edited));
        record({ ...frame, edited });
      } else record({ ...frame, edited: nothing });
    }
  };

  function release(lane: Lane, item: Item, dir: Direction, now: number): void {
    const { parts, message, injected, bytes, drop, edit } = item;
    if (injected !== undefined) {
      sendInjected(dir, injected);
      note(`a ${name(injected.op)} was added (${item.by.join(", ")})`, dir);
      return;
    }
    if (bytes !== undefined) send(dir, bytes);
    const what =
      message === undefined ? parts[0] && name(parts[0].frame.op) : `message ${message.msg}`;
    const cause = item.by.length === 0 ? "" : ` (${item.by.join(", ")})`;
    const stateful = message?.compressed === true && options.takeover(dir);
    const anew = stateful && lane.contextLost && !drop && edit === undefined;
    const payload = edit ?? (anew ? wholePayload(message) : undefined);
    const lost = anew && payload === undefined;
    if (drop || lost) replace(parts, undefined);
    else if (payload === undefined) pass(parts);
    else replace(parts, { op: opOf(item), payload });
    if (message !== undefined) record(message);
    for (const record1 of behind.get(item) ?? []) record(record1);
    if (lost) {
      options.onFail("a compressed message cannot be sent on behind one that was changed");
      return;
    }
    if (stateful && (drop || payload !== undefined)) lane.contextLost = true;
    if (what === undefined) return;
    if (drop) note(`${what} was dropped${cause}`, dir);
    else if (edit !== undefined) note(`${what} was changed${cause}`, dir);
    else if (anew)
      note(`${what} was sent on without compression: it may refer to one that was changed`, dir);
    const lateMs = (now - item.since) / 1000;
    if (item.by.length > 0 && lateMs >= 1 && !drop)
      note(`${what} was held back for ${Math.round(lateMs)} ms${cause}`, dir);
  }

  function sendInjected(dir: Direction, content: Content): void {
    const sent = toFrame(content, dir === "c2s" ? options.newKey() : null);
    send(dir, bytesOf(sent));
    const { op, payload } = content;
    const n = options.numbers.frame();
    const text =
      op === 2 ? undefined : Buffer.from(op === 8 ? payload.subarray(2) : payload).toString();
    const isMessage = op === 1 || op === 2;
    const msg = isMessage ? options.numbers.message() : undefined;
    const common = {
      ...stamp(),
      dir,
      op,
      len: payload.length,
      ...(text !== undefined && { text }),
    };
    record({
      k: "frame",
      ...common,
      n,
      off: lanes[dir].lastEnd,
      fin: 1,
      rsv: 0,
      ...sent,
      ...(msg !== undefined && { msg, part: 0 }),
      edited: null,
      injected: true,
      lint: [],
    });
    if (msg !== undefined)
      record({
        k: "message",
        ...common,
        msg,
        frames: [n, n],
        parts: 1,
        wire: payload.length,
        compressed: false,
        ...(op === 2 && { data: payload }),
        injected: true,
        lint: [],
      });
    if (op === 8) lanes[dir].closed = true;
  }

  /** Heartbeats pass what waits, so that nobody takes the connection for dead. */
  function passHeartbeats(lane: Lane, dir: Direction, now: number): void {
    for (const item of [...lane.items]) {
      const alone = item.message === undefined && item.held === undefined && item.due <= now;
      const [only] = item.parts;
      const op = item.injected?.op ?? only?.frame.op;
      if (alone && (op === 9 || op === 10)) {
        lane.items.splice(lane.items.indexOf(item), 1);
        release(lane, item, dir, now);
      } else if (item.message !== undefined) {
        pass(item.parts.filter(({ frame }) => isBeat(frame)));
        item.parts = item.parts.filter(({ frame }) => !isBeat(frame));
      }
    }
  }

  const makeInjection = (content: Content, by: string): Item => ({
    parts: [],
    injected: content,
    since: 0,
    due: 0,
    drop: false,
    edit: undefined,
    by: [by],
  });

  return {
    add: (lane, item) => void lane.items.push(item),
    follow(lane, after) {
      const last = lane.items.at(-1);
      if (last === undefined) record(after);
      else behind.set(last, [...(behind.get(last) ?? []), after]);
    },
    inject(dir, content, by, first = false) {
      const lane = lanes[dir];
      if (!mayEnter(lane, content)) lane.injections.push({ content, by });
      else if (first) lane.items.unshift(makeInjection(content, by));
      else lane.items.push(makeInjection(content, by));
    },
    addInjections(dir) {
      const lane = lanes[dir];
      for (const waiting of [...lane.injections]) {
        if (!mayEnter(lane, waiting.content)) continue;
        lane.injections.splice(lane.injections.indexOf(waiting), 1);
        lane.items.push(makeInjection(waiting.content, waiting.by));
      }
    },
    flush(dir, now) {
      const lane = lanes[dir];
      for (;;) {
        const [item] = lane.items;
        if (item === undefined) return;
        if (item.held !== undefined || item.due > now) break;
        lane.items.shift();
        release(lane, item, dir, now);
      }
      passHeartbeats(lane, dir, now);
    },
    abandon(dir, now) {
      const lane = lanes[dir];
      for (const item of lane.items.splice(0)) {
        if (item.injected !== undefined) continue;
        item.drop = true;
        item.by = ["the connection ended"];
        release(lane, item, dir, now);
      }
    },
    note,
  };
}

const isBeat = ({ op }: FrameRecord): boolean => op === 9 || op === 10;

/** A control frame inside a fragmented message. */
function isAside(parts: readonly Part[], frame: FrameRecord): boolean {
  return frame.op >= 8 && parts.some((part) => part.frame.op < 8);
}

/** Between frames for control frames, between messages for others. */
function mayEnter({ bytes, lastEnd, passing }: Lane, { op }: Content): boolean {
  return bytes.start === lastEnd && (op >= 8 || passing === undefined);
}

function opOf({ message, parts }: Item): Content["op"] {
  return (message?.op ?? parts[0]?.frame.op ?? 1) as Content["op"];
}

/** `undefined` where not all of it is known. */
function wholePayload(message: MessageRecord | undefined): Uint8Array | undefined {
  if (message === undefined || message.cut !== undefined || message.incomplete) return undefined;
  return message.data ?? Buffer.from(message.text ?? "");
}

const names: Readonly<Record<number, string>> = {
  1: "text",
  2: "binary message",
  8: "close",
  9: "ping",
  10: "pong",
};

function name(op: number): string {
  return names[op] ?? `frame of opcode ${op}`;
}
