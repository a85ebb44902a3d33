import {
  createKeeper,
  fromUtf8,
  fromUtf8Lenient,
  noBytes,
  withoutCutCharacter,
  type Keeper,
} from "./bytes.ts";
import { readClose } from "./close.ts";
import type { DeflateSide } from "./extensions.ts";
import { createFrameReader, glance, mask, type FrameHeader } from "./frame.ts";
import { lintHeader } from "./header-lint.ts";
import { createKeyWatch } from "./keys.ts";
import { lint, type Lint } from "./lint.ts";
import type { WireLimits } from "./limits.ts";
import { createAssembler, type Assembly, type Content } from "./message.ts";
import { closeRecord, frameRecord, messageRecord } from "./record.ts";
import type { Direction, NoteCode, Stamp, WireRecord } from "./records.ts";

/** What both directions of a connection share. */
export interface Shared {
  readonly limits: WireLimits;
  stamp(): Stamp;
  emit(record: WireRecord): void;
  note(code: NoteCode, says: string, about?: { dir?: Direction; count?: number }): void;
  nextFrame(): number;
  nextMessage(): number;
  framesBegin(dir: Direction, off: number): void;
}

/** The frames of one direction as records. */
export interface Side {
  /**
   * @param off offset of the first frame in its direction's bytes
   * @param resumed frames before it were not seen: it may go on with a message
   */
  begin(off: number, resumed?: boolean): void;
  agree(deflate: DeflateSide | null | undefined): void;
  push(bytes: Uint8Array): void;
  /** @returns how many of the missing bytes go beyond the frame under way */
  skip(count: number): number;
  /** No more bytes will come, or none that continue these. */
  end(): void;
  /** A close frame was seen. */
  readonly closed: boolean;
}

interface Current {
  readonly header: FrameHeader;
  readonly hdr: Uint8Array;
  readonly key: Uint8Array | null;
  /** The whole payload, where it came in one piece. */
  whole: Uint8Array | undefined;
  kept: Keeper | undefined;
  readonly lint: Lint[];
  readonly message: Assembly | undefined;
  readonly part: number;
  /** All of the message stands in this frame, as it is: no copy on the side. */
  readonly alone: boolean;
  seen: number;
  missing: boolean;
}

export function createSide(shared: Shared, dir: Direction): Side {
  const { limits } = shared;
  const assembler = createAssembler(limits);
  const watch = createKeyWatch();
  let off = 0;
  let current: Current | undefined;
  let message: Assembly | undefined;
  let closed = false;
  /** The end of a message may come whose beginning was not seen. */
  let resumed = false;
  let saidContext = false;

  const reader = createFrameReader({
    start(header, hdr, key) {
      const found = lintHeader(header, { dir, deflate: assembler.deflate, closed });
      if (key !== null && dir === "c2s") watch(key, found);
      const { op, fin, len } = header;
      if (op === 1 || op === 2) {
        if (message !== undefined) {
          found.push(lint("data-inside-fragments"));
          finishMessage(message, false);
        }
        resumed = false;
        const rsv1 = (header.rsv & 4) !== 0;
        message = assembler.start({ msg: shared.nextMessage(), op, rsv1 });
      } else if (op === 0 && message === undefined) {
        if (!resumed) found.push(lint("continuation-without-start"));
        if (fin === 1) resumed = false;
      }
      const mine = op <= 2 ? message : undefined;
      if (len > limits.frame)
        shared.note("cap", "a frame is larger than what is kept of one", { dir, count: len });
      current = {
        header,
        hdr,
        key,
        whole: undefined,
        kept: undefined,
        lint: found,
        message: mine,
        part: mine === undefined ? 0 : mine.parts++,
        alone: fin === 1 && op !== 0 && mine?.compressed === false && len <= limits.frame,
        seen: 0,
        missing: false,
      };
    },
    data(piece, at) {
      if (current === undefined) return;
      current.seen += piece.length;
      if (current.missing) return;
      if (piece.length === current.header.len && piece.length <= limits.frame)
        current.whole = piece.slice();
      else (current.kept ??= createKeeper(limits.frame, current.header.len)).add(piece);
      if (current.message !== undefined && !current.alone)
        assembler.add(current.message, mask(piece, current.key, at));
    },
    missing(count) {
      if (current === undefined || count === 0) return;
      current.missing = true;
    },
    end: () => finishFrame(true),
  });

  function finishFrame(whole: boolean): void {
    if (current === undefined) return;
    const frame = current;
    current = undefined;
    const { header, key, message: own } = frame;
    const { op, len, fin } = header;
    const n = shared.nextFrame();
    // Behind a hole nothing is kept: `raw` is the beginning of the payload, without a gap in it.
    const raw = frame.whole ?? frame.kept?.bytes() ?? noBytes;
    const ends = fin === 1 && whole ? own : undefined;
    const alone = frame.alone && whole && !frame.missing;
    let plain: Uint8Array | undefined;
    let content: Content | undefined;
    if (own !== undefined) {
      own.wire += frame.seen;
      own.last = n;
      if (frame.part === 0) own.first = n;
      if (alone) content = assembler.alone(own, (op === 1 ? glance : mask)(raw, key));
      else if (frame.alone) assembler.add(own, mask(raw, key));
      if (frame.missing) assembler.lose(own);
      if (!alone && ends !== undefined) content = assembler.finish(ends, true);
    } else plain = glance(raw, key);
    const close = op === 8 ? readClose(plain ?? raw) : undefined;
    const stamp = shared.stamp();
    shared.emit(
      frameRecord(stamp, {
        n,
        dir,
        off,
        header,
        hdr: frame.hdr,
        key,
        raw,
        text: close?.reason ?? textOf(frame, raw, { plain, content }),
        msg: own?.msg,
        part: frame.part,
        lint: close === undefined ? frame.lint : [...frame.lint, ...close.lint],
      }),
    );
    off += header.size + len;
    if (ends !== undefined && content !== undefined) emitMessage(ends, content);
    if (close !== undefined) {
      closed = true;
      shared.emit(closeRecord(stamp, dir, { ...close, n }));
    }
  }

  function finishMessage(ended: Assembly, whole: boolean): void {
    emitMessage(ended, assembler.finish(ended, whole));
  }

  function emitMessage(ended: Assembly, content: Content): void {
    if (message === ended) message = undefined;
    if (content.incomplete && ended.broken === "data" && ended.contextLost && !saidContext) {
      saidContext = true;
      shared.note("context", "compressed data refers to what the capture does not have", { dir });
    }
    if (ended.broken === "too much" || (content.cut ?? 0) > limits.message)
      shared.note("cap", "a message is larger than what is kept of one", {
        dir,
        count: content.len,
      });
    shared.emit(messageRecord(shared.stamp(), dir, ended, content));
  }

  function textOf(
    frame: Current,
    raw: Uint8Array,
    read: { plain: Uint8Array | undefined; content: Content | undefined },
  ): string | undefined {
    const { op } = frame.header;
    if (op === 9 || op === 10) return read.plain && fromUtf8(read.plain);
    if (frame.message?.op !== 1 || frame.message.compressed) return undefined;
    if (frame.alone) return read.content?.text;
    // A fragment may begin and end inside a character.
    return fromUtf8Lenient(withoutCutCharacter(mask(raw, frame.key)));
  }

  return {
    get closed() {
      return closed;
    },
    begin(at, isResumed = false) {
      shared.framesBegin(dir, at);
      off = at;
      resumed = isResumed;
      reader.reset();
      current = undefined;
    },
    agree: (deflate) => assembler.agree(deflate),
    push: (bytes) => reader.push(bytes),
    skip: (count) => reader.skip(count),
    end() {
      if (reader.open) {
        shared.note("incomplete", "the bytes end inside a frame", { dir });
        if (current !== undefined) current.missing = true;
        finishFrame(false);
      }
      if (message !== undefined) finishMessage(message, false);
      reader.reset();
    },
  };
}
