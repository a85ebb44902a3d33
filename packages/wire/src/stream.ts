import { createQueue, type Queue } from "./bytes.ts";
import { createHeadReader, type BodyReader } from "./http.ts";
import type { Direction } from "./records.ts";
import { createSide, type Shared, type Side } from "./side.ts";

export type Mode =
  /** The first bytes decide what this is. */
  | "start"
  | "head"
  | "body"
  /** A client's bytes behind its request, until the answer says what they are. */
  | "wait"
  /** Frames, beginning nobody knows where. */
  | "seek"
  | "frames"
  | "opaque";

/** One direction of a connection, and how far it has been read. */
export interface Stream {
  mode: Mode;
  /** Bytes so far, those that wait included. */
  total: number;
  readonly waiting: Queue;
  head: ReturnType<typeof createHeadReader>;
  body: BodyReader | undefined;
  /** Of `seek`: bytes that belong to no frame. */
  skipped: number;
  /** Of `wait`: bytes in between are missing. */
  holed: boolean;
  ended: boolean;
  readonly side: Side;
}

/** What the phases of a connection work on. */
export interface Connection {
  readonly shared: Shared;
  readonly streams: Readonly<Record<Direction, Stream>>;
  /** Reads what waits in one direction, as its mode says. */
  drain(dir: Direction): void;
}

export const other = { c2s: "s2c", s2c: "c2s" } as const;

export function createStream(shared: Shared, dir: Direction, mode: Mode): Stream {
  return {
    mode,
    total: 0,
    waiting: createQueue(),
    head: createHeadReader(shared.limits.head),
    body: undefined,
    skipped: 0,
    holed: false,
    ended: false,
    side: createSide(shared, dir),
  };
}

/** Takes all that waits. */
export function takeWaiting({ waiting }: Stream): Uint8Array {
  const all = waiting.view().slice();
  waiting.drop(all.length);
  return all;
}

/**
 * What waits, and what comes, are frames.
 *
 * @param resumed frames before them were not seen
 */
export function toFrames(connection: Connection, dir: Direction, resumed = false): void {
  const own = connection.streams[dir];
  own.mode = "frames";
  own.side.begin(own.total - own.waiting.length, resumed);
  connection.drain(dir);
}
