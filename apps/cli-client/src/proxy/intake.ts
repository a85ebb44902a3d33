import type { Direction, FrameRecord, MessageRecord, WireRecord } from "@wsecho/wire";
import type { EngineOptions } from "./engine.ts";
import type { Item, Lane, Part } from "./lane.ts";
import type { Outlet } from "./outlet.ts";
import { untouched, type Verdict } from "./rulebook.ts";

/** Where what comes is put together into messages, judged by the rules and handed to the outlet. */
export interface Intake {
  /** What the decoder found in the bytes. */
  take(found: WireRecord): void;
  /** Takes the control frames out of a message whose end does not come. */
  takeLate(dir: Direction): void;
  /** Lets go by what nobody can look at: a message that is too large, the end of a connection. */
  release(dir: Direction): void;
}

export interface IntakeOptions extends Pick<
  EngineOptions,
  "conn" | "rulebook" | "holdsAll" | "newHeldId" | "record" | "onHeld"
> {
  readonly lanes: Readonly<Record<Direction, Lane>>;
  readonly outlet: Outlet;
  /** Microseconds. */
  readonly now: () => number;
}

/** So long control frames keep their place behind a message whose end does not come. */
export const patienceUs = 1_000_000;

export function createIntake(options: IntakeOptions): Intake {
  const { conn, rulebook, record, lanes, outlet, now } = options;

  function take(found: WireRecord): void {
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
    const part: Part = { frame, bytes, since: now() };
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
    for (const { dir: way } of [...before, ...after]) if (way !== dir) outlet.flush(way, now());
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
    return { parts, since: now(), due: now() + delay * 1000, drop, edit, by };
  }

  function release(dir: Direction): void {
    const lane = lanes[dir];
    for (const part of lane.tail.splice(0)) {
      if (part.frame.op < 8) lane.passing = part.frame.msg;
      outlet.add(lane, itemOf([part], untouched));
    }
    const bytes = lane.bytes.takeTo(Infinity);
    if (bytes.length > 0) outlet.add(lane, { ...itemOf([], untouched), bytes });
  }

  function takeLate(dir: Direction): void {
    const lane = lanes[dir];
    const late = lane.tail.filter((part) => part.frame.op >= 8 && part.since + patienceUs <= now());
    lane.tail = lane.tail.filter((part) => !late.includes(part));
    for (const part of late) takeControl(lane, part, rulebook.judge(part.frame));
  }

  return { take, takeLate, release };
}
