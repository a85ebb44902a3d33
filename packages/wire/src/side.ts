import {
  createKeeper,
  noBytes,
  fromUtf8,
  fromUtf8Lenient,
  withoutCutCharacter,
  type Keeper,
} from "./bytes.ts";
import { readClose } from "./close.ts";
import type { DeflateSide } from "./extensions.ts";
import { createFrameReader, mask, opcodes, unmask, type FrameHeader } from "./frame.ts";
import { createKeyWatch } from "./keys.ts";
import { lint, type Lint } from "./lint.ts";
import type { WireLimits } from "./limits.ts";
import { createAssembler, type Assembly, type Content } from "./message.ts";
import type { Direction, FrameRecord, NoteCode, Stamp, WireRecord } from "./records.ts";

/** What both directions of a connection share. */
export interface Shared {
  readonly limits: WireLimits;
  stamp(): Stamp;
  emit(record: WireRecord): void;
  note(code: NoteCode, says: string, about?: { dir?: Direction; count?: number }): void;
  nextFrame(): number;
  nextMessage(): number;
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
      if (key !== null && dir === "c2s") found.push(...watch(key));
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
      else (current.kept ??= createKeeper(limits.frame)).add(piece);
      if (current.message !== undefined && !current.alone)
        assembler.add(current.message, mask(piece, current.key, at), true);
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
    const { header, key, hdr } = frame;
    const { op, len, fin, rsv } = header;
    const n = shared.nextFrame();
    // Behind a hole nothing is kept: `raw` is the beginning of the payload, without a gap in it.
    const raw = frame.whole ?? frame.kept?.bytes() ?? noBytes;
    const cut = len - raw.length;
    const plain = frame.alone || op > 2 ? unmask({ raw, key }) : undefined;
    if (frame.message !== undefined) {
      frame.message.wire += frame.seen;
      if (frame.alone && plain !== undefined) assembler.add(frame.message, plain, true);
      if (frame.missing) assembler.lose(frame.message);
    }
    const ends = fin === 1 && whole ? frame.message : undefined;
    const content = ends && assembler.finish(ends, true);
    const close = op === 8 ? readClose(plain ?? raw) : undefined;
    const text = close?.reason ?? textOf(frame, { raw, plain, content });
    shared.emit({
      k: "frame",
      ...shared.stamp(),
      n,
      dir,
      off,
      fin,
      rsv,
      op,
      key,
      len,
      hdr,
      raw,
      ...(cut > 0 && { cut }),
      ...(text !== undefined && { text }),
      ...(frame.message !== undefined && { msg: frame.message.msg, part: frame.part }),
      edited: null,
      lint: close === undefined ? frame.lint : [...frame.lint, ...close.lint],
    } satisfies FrameRecord);
    off += header.size + len;
    if (frame.message !== undefined && frame.part === 0) frame.message.first = n;
    if (ends !== undefined && content !== undefined) emitMessage(ends, content, n);
    if (close !== undefined) {
      closed = true;
      const { code, reason, lint: found } = close;
      shared.emit({
        k: "close",
        ...shared.stamp(),
        dir,
        by: "frame",
        code,
        reason,
        n,
        lint: found,
      });
    }
    lastFrame = n;
  }

  let lastFrame = 0;

  function finishMessage(ended: Assembly, whole: boolean): void {
    emitMessage(ended, assembler.finish(ended, whole), lastFrame);
  }

  function emitMessage(ended: Assembly, content: Content, last: number): void {
    if (message === ended) message = undefined;
    const { compressed, wire, op, msg, parts } = ended;
    if (content.incomplete && ended.broken === "data" && ended.contextLost && !saidContext) {
      saidContext = true;
      shared.note("context", "compressed data refers to what the capture does not have", { dir });
    }
    if (ended.broken === "too much" || (content.cut ?? 0) > limits.message)
      shared.note("cap", "a message is larger than what is kept of one", {
        dir,
        count: content.len,
      });
    shared.emit({
      k: "message",
      ...shared.stamp(),
      dir,
      msg,
      op,
      frames: [ended.first, last],
      parts,
      wire,
      compressed,
      ...(compressed && wire > 0 && { ratio: Math.round((content.len / wire) * 100) / 100 }),
      ...content,
    });
  }

  function textOf(
    frame: Current,
    {
      raw,
      plain,
      content,
    }: { raw: Uint8Array; plain: Uint8Array | undefined; content: Content | undefined },
  ): string | undefined {
    const { op } = frame.header;
    if (op === 9 || op === 10) return plain && fromUtf8(plain);
    if (frame.message?.op !== 1 || frame.message.compressed) return undefined;
    if (frame.alone) return content?.text;
    // A fragment may begin and end inside a character.
    return fromUtf8Lenient(withoutCutCharacter(mask(raw, frame.key)));
  }

  return {
    get closed() {
      return closed;
    },
    begin(at, isResumed = false) {
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

function lintHeader(
  header: FrameHeader,
  side: {
    readonly dir: Direction;
    readonly deflate: DeflateSide | null | undefined;
    readonly closed: boolean;
  },
): Lint[] {
  const { fin, rsv, op, len, extended, masked } = header;
  const found: Lint[] = [];
  const control = op >= 8;
  if (side.dir === "c2s" && !masked) found.push(lint("unmasked-client"));
  if (side.dir === "s2c" && masked) found.push(lint("masked-server"));
  if (opcodes[op] === undefined) found.push(lint("reserved-opcode", String(op)));
  const rsv1 = (rsv & 4) !== 0;
  if ((rsv & 3) !== 0 || (rsv1 && side.deflate === null)) found.push(lint("rsv-without-extension"));
  else if (rsv1 && (control || op === 0)) found.push(lint("rsv1-misplaced"));
  if (control && len > 125) found.push(lint("control-too-long", `${len} bytes`));
  if (control && fin === 0) found.push(lint("control-fragmented"));
  if ((extended === 2 && len < 126) || (extended === 8 && len < 65_536))
    found.push(lint("length-not-minimal", `${len} in ${extended} bytes`));
  if (extended === 8 && len >= 2 ** 63) found.push(lint("length-high-bit"));
  if (side.closed) found.push(lint("data-after-close"));
  return found;
}
