import { decodeServerMessage } from "@wsecho/protocol";
import { Mismatch, Skip } from "../failure.ts";
import { deflated } from "./deflate.ts";
import { encodeFrame, type ClientFrame } from "./frame.ts";
import type { Heard, Peer } from "./peer.ts";
import { enter, isJsonSafe, show, type Dress, type Place } from "./place.ts";
import { close, type Expected, type FrameCase, type Step } from "./script.ts";

/** How bytes travel: those of one step at once, or each alone. */
export type Way = "one segment" | "byte by byte";

export interface Stage {
  readonly place: Place;
  readonly way: Way;
  readonly timeoutMs: number;
  readonly log: (line: string) => void;
}

/** Above this, single bytes take minutes: the beginning and the end of each frame must do. */
const longFrame = 1024;
const frameEnds = 64;
const middleChop = 997;

/** Segments of one size may meet on their way; many thousands of turns would only take time. */
const togetherAtMost = 8;

/** A server that takes less than a case asks for says so with one of these. */
const refusals: readonly (number | null)[] = [1008, 1009, 1013, 4429];

/**
 * Plays one case at one place. Rejects with Mismatch, or with Skip where the place cannot be asked
 * this.
 *
 * @returns where the server was right, but not strict
 */
export async function play(script: FrameCase, stage: Stage): Promise<readonly string[]> {
  const steps = script.steps();
  const { place, timeoutMs } = stage;
  if (place.name === "v1" && (script.unwrapped === true || !steps.every(canBeWrapped)))
    throw new Skip("the payload cannot stand in a submit");
  const peer = await enter(place, timeoutMs, script.offer);
  try {
    return await createPlayer(script, stage, peer).run(steps);
  } finally {
    peer.cut();
  }
}

const canBeWrapped = (step: Step): boolean =>
  !("send" in step) ||
  step.send.every(({ opcode, payload }) => opcode > 1 || isJsonSafe(payload ?? new Uint8Array(0)));

function createPlayer(script: FrameCase, stage: Stage, peer: Peer) {
  const { place, timeoutMs, log } = stage;
  const dress = place.newDress();
  const notes: string[] = [];
  let deadline = 0;
  let isClosed = false;
  /** Our close frame was all that was sent, and the last. */
  let isLast = false;

  async function hear(): Promise<Heard | undefined> {
    const heard = await peer.next(Math.max(1, deadline - performance.now()));
    log(`S: ${show(heard)}`);
    if (heard?.kind === "broken") throw new Mismatch("frames that keep to RFC 6455", heard.what);
    if (script.heavy === true && heard?.kind === "close" && refusals.includes(heard.code))
      throw new Skip(`the server takes less: it closed with ${show(heard)}`);
    // It may ask whether we are there.
    return heard?.kind === "ping" ? hear() : heard;
  }

  /** Takes all of `expected`; returns what came in place of the rest. */
  async function take(expected: readonly Expected[]): Promise<{
    readonly heard: Heard | undefined;
    readonly missing: readonly Expected[];
  }> {
    let missing = expected;
    while (missing.length > 0) {
      const heard = await hear();
      const rest = heard === undefined ? null : without(missing, heard, dress);
      if (rest === null) return { heard, missing };
      missing = rest;
    }
    return { heard: undefined, missing };
  }

  async function awaitClose(
    first: Heard | undefined,
    codes: readonly (number | null)[],
    isFailure: boolean,
  ): Promise<void> {
    let heard = first ?? (await hear());
    // A v1 server may say why, first.
    if (heard !== undefined && isErrorOf(heard, codes)) heard = await hear();
    const wanted = `a close with ${codes.map((code) => code ?? "no code").join(" or ")}`;
    if (isFailure && heard?.kind === "end") {
      notes.push("TCP ended without a close frame");
      isClosed = true;
      return;
    }
    if (heard?.kind !== "close" || !codes.includes(heard.code))
      throw new Mismatch(wanted, show(heard));
    isClosed = true;
    const end = await hear();
    if (end?.kind !== "end")
      throw new Mismatch("the end of TCP behind the close frame, and nothing else", show(end));
    // Nothing of ours is unread, so there is nothing to reset (section 7.1.1).
    if (isLast && end.reset) throw new Mismatch("an orderly end of TCP", show(end));
  }

  async function expectAll(expected: readonly Expected[]): Promise<void> {
    const messages = expected.filter((each) => "data" in each);
    const last = expected.find((each) => "codes" in each);
    const { heard, missing } = await take(messages);
    if (missing.length > 0) {
      const first = missing[0];
      // Closed at once, with answers still owed: an endpoint that fails may do so (section 7.1.7).
      if (last?.kind !== "failure" || (heard?.kind !== "close" && heard?.kind !== "end"))
        throw new Mismatch(first === undefined ? "nothing" : showExpected(first), show(heard));
      notes.push("an answer was owed when the connection failed");
    }
    if (last !== undefined) await awaitClose(heard, last.codes, last.kind === "failure");
  }

  async function unlessFailed(
    expected: readonly Expected[],
    codes: readonly number[],
  ): Promise<void> {
    const { heard, missing } = await take(expected);
    if (missing.length === 0) notes.push("taken where it may be refused");
    else await awaitClose(heard, codes, true);
  }

  function framesOf(frames: readonly ClientFrame[]): readonly ClientFrame[] {
    const agreement = peer.agreement();
    return dress
      .wrap(frames)
      .flatMap((frame) =>
        frame.deflate === undefined || agreement === null ? [frame] : deflated(frame, agreement),
      );
  }

  async function step(each: Step): Promise<void> {
    deadline = performance.now() + timeoutMs;
    if ("send" in each) await sendAll(peer, framesOf(each.send), { ...stage, chop: each.chop });
    else if ("expect" in each) await expectAll(each.expect);
    else await unlessFailed(each.unlessFailed, each.codes);
  }

  return {
    run: async (steps: readonly Step[]): Promise<readonly string[]> => {
      for (const each of steps) {
        // Failed where a step allowed it: the rest has nobody to go to.
        if (isClosed) break;
        await step(each);
      }
      if (!isClosed) {
        // What was said too much comes before the answer to the close.
        await step({ send: [close(1000)] });
        isLast = true;
        await step({ expect: [{ kind: "close", codes: [1000] }] });
      }
      return notes;
    },
  };
}

interface Sending {
  readonly way: Way;
  readonly log: (line: string) => void;
  readonly chop: number | undefined;
}

async function sendAll(
  peer: Peer,
  frames: readonly ClientFrame[],
  { way, log, chop }: Sending,
): Promise<void> {
  const encoded = frames.map(encodeFrame);
  for (const bytes of encoded.slice(0, 8)) log(`C: ${showBytes(bytes)}`);
  if (encoded.length > 8) log(`C: and ${encoded.length - 8} frames more`);
  if (chop === undefined && way === "one segment") {
    peer.write(Buffer.concat(encoded));
    return;
  }
  const size = way === "byte by byte" ? undefined : chop;
  let written = 0;
  for (const bytes of encoded)
    for (const piece of piecesOf(bytes, size)) {
      if (peer.isOver()) return;
      peer.write(piece);
      written += 1;
      // Lets a server in this process read it before the next.
      if (size === undefined || written % togetherAtMost === 0)
        await new Promise((resolve) => setImmediate(resolve));
    }
}

/** Single bytes, where there are not too many. */
function* piecesOf(bytes: Buffer, chop: number | undefined): Generator<Buffer> {
  let at = 0;
  while (at < bytes.length) {
    const isMiddle = bytes.length > longFrame && at >= frameEnds && at < bytes.length - frameEnds;
    const size = chop ?? (isMiddle ? Math.min(middleChop, bytes.length - frameEnds - at) : 1);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

/** What is still expected when `heard` has come; `null` where it was not. */
function without(
  expected: readonly Expected[],
  heard: Heard,
  dress: Dress,
): readonly Expected[] | null {
  if (heard.kind !== "text" && heard.kind !== "binary" && heard.kind !== "pong") return null;
  const data = heard.kind === "text" ? dress.unwrap(heard.data) : heard.data;
  // Pongs may overtake messages; each kind keeps its order.
  const isPong = heard.kind === "pong";
  const index = expected.findIndex(({ kind }) => (kind === "pong") === isPong);
  const first = expected[index];
  if (first === undefined || data === null || !("data" in first) || first.kind !== heard.kind)
    return null;
  if (data.equals(first.data)) return expected.filter((_, i) => i !== index);
  return first.kind === "pong" && first.others === true ? expected : null;
}

function isErrorOf(heard: Heard, codes: readonly (number | null)[]): boolean {
  if (heard.kind !== "text") return false;
  const decoded = decodeServerMessage(heard.data.toString());
  return decoded.ok && decoded.value.type === "error" && codes.includes(decoded.value.code);
}

function showExpected(expected: Expected): string {
  return "data" in expected
    ? show({ kind: expected.kind, data: expected.data })
    : `a close with ${expected.codes.join(" or ")}`;
}

function showBytes(bytes: Buffer): string {
  const hex = bytes.toString("hex", 0, 40);
  return `${hex}${bytes.length > 40 ? "…" : ""} (${bytes.length} bytes)`;
}
