import { createHash, randomBytes } from "node:crypto";
import { decodeServerMessage, plainTexts, subprotocol } from "@wsecho/protocol";
import { Mismatch, Skip } from "../failure.ts";
import type { Knowledge, Target } from "../target.ts";
import { isAgreement } from "./deflate.ts";
import { encodeFrame, opcodes, type ClientFrame } from "./frame.ts";
import { connectPeer, type Answer, type Heard, type Peer } from "./peer.ts";
import { text, type FrameCase } from "./script.ts";

export type PlaceName = "echo" | "plain" | "v1";

/** Where a server echoes, and how to get in there. */
export interface Place {
  readonly name: PlaceName;
  readonly url: URL;
  /** Headers beside those of every handshake. */
  readonly headers: readonly Header[];
  /** What the client says to get in; nothing where the handshake is enough. */
  readonly login: readonly ClientFrame[];
  /** Takes what is said to that. */
  readonly greet: (next: () => Promise<Heard | undefined>) => Promise<void>;
  /** Dresses texts as the place wants them. */
  readonly newDress: () => Dress;
}

export interface Dress {
  /** The frames to send for these. */
  readonly wrap: (frames: readonly ClientFrame[]) => readonly ClientFrame[];
  /** The payload that came back in a text; `null` where it is no echo. */
  readonly unwrap: (data: Buffer) => Buffer | null;
}

export type Header = readonly [name: string, value: string];

const bare: Dress = { wrap: (frames) => frames, unwrap: (data) => data };

/** The places of a target: `/echo` and both dialects of the session, or the pure echo at its URL. */
export function placesOf(
  target: Target,
  knowledge: Knowledge,
  names: readonly PlaceName[],
): readonly Place[] {
  return names.flatMap((name) => {
    if (name === "plain" && !knowledge.plain) return [];
    if (name === "v1" && knowledge.hello === null) return [];
    return [placeOf(target, name)];
  });
}

function placeOf({ url, user, password }: Target, name: PlaceName): Place {
  switch (name) {
    case "echo": {
      const credentials = Buffer.from(`${user}:${password}`).toString("base64");
      return {
        name,
        url: url.pathname === "/" ? new URL("/echo", url) : url,
        headers: [["Authorization", `Basic ${credentials}`]],
        login: [],
        greet: () => Promise.resolve(),
        newDress: () => bare,
      };
    }
    case "plain":
      return {
        name,
        url,
        headers: [],
        login: [text(`${user}:${password}`)],
        greet: async (next) => takeText(await next(), plainTexts.accepted),
        newDress: () => ({ wrap: (frames) => frames, unwrap: withoutPrefix }),
      };
    case "v1":
      return {
        name,
        url,
        headers: [["Sec-WebSocket-Protocol", subprotocol]],
        login: [text(JSON.stringify({ type: "auth", mechanism: "plain", user, password }))],
        greet: async (next) => {
          takeMessage(await next(), "hello");
          takeMessage(await next(), "ok");
        },
        newDress: createSubmits,
      };
  }
}

function takeText(heard: Heard | undefined, expected: string): void {
  if (heard?.kind !== "text" || heard.data.toString() !== expected)
    throw new Mismatch(`the text ${JSON.stringify(expected)}`, show(heard));
}

function takeMessage(heard: Heard | undefined, type: string): void {
  const decoded = heard?.kind === "text" ? decodeServerMessage(heard.data.toString()) : undefined;
  if (decoded?.ok !== true || decoded.value.type !== type)
    throw new Mismatch(`the message ${type}`, show(heard));
}

function withoutPrefix(data: Buffer): Buffer | null {
  const prefix = Buffer.from(plainTexts.prefix);
  return data.subarray(0, prefix.length).equals(prefix) ? data.subarray(prefix.length) : null;
}

const submitEnd = Buffer.from('"}');

/** A text becomes the payload of a submit, at whatever place it is cut. */
function createSubmits(): Dress {
  let lastId = 0;
  let inside = false;

  function wrap(frame: ClientFrame): ClientFrame {
    const { opcode, fin = true, payload = new Uint8Array(0) } = frame;
    const begins = opcode === opcodes.text;
    const ends = fin && (begins || (opcode === opcodes.continuation && inside));
    if (opcode <= opcodes.binary) inside = (begins || (inside && opcode === 0)) && !fin;
    if (!begins && !ends) return frame;
    const start = begins ? `{"type":"submit","id":${++lastId},"text":"` : "";
    return {
      ...frame,
      payload: Buffer.concat([Buffer.from(start), payload, ...(ends ? [submitEnd] : [])]),
    };
  }

  return {
    wrap: (frames) => frames.map(wrap),
    unwrap(data) {
      const decoded = decodeServerMessage(data.toString());
      if (!decoded.ok || decoded.value.type !== "echo") return null;
      return Buffer.from(decoded.value.text);
    },
  };
}

/** Whether a payload stays itself inside a JSON string. */
export function isJsonSafe(payload: Uint8Array): boolean {
  return payload.every((byte) => byte >= 0x20 && byte !== 0x22 && byte !== 0x5c);
}

const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** The value of `Sec-WebSocket-Accept` (section 4.2.2). */
export function acceptOf(key: string): string {
  return createHash("sha1").update(`${key}${guid}`).digest("base64");
}

export interface Request {
  readonly line: string;
  readonly headers: readonly Header[];
  readonly key: string;
}

/** An opening handshake as it should be. */
export function requestOf({ url, headers }: Place): Request {
  const key = randomBytes(16).toString("base64");
  return {
    line: `GET ${url.pathname}${url.search} HTTP/1.1`,
    headers: [
      ["Host", url.host],
      ["Upgrade", "websocket"],
      ["Connection", "Upgrade"],
      ["Sec-WebSocket-Key", key],
      ["Sec-WebSocket-Version", "13"],
      ...headers,
    ],
    key,
  };
}

export function requestBytes({ line, headers }: Pick<Request, "line" | "headers">): Buffer {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${line}\r\n${lines.join("")}\r\n`, "latin1");
}

/** Connects and gets in. Rejects with Mismatch, or Skip where there is no such place or offer. */
export async function enter(place: Place, ms: number, offer?: FrameCase["offer"]): Promise<Peer> {
  const peer = await connectPeer(place.url, ms);
  try {
    const { key, line, headers } = requestOf(place);
    const offered: readonly Header[] =
      offer === undefined ? [] : [["Sec-WebSocket-Extensions", offer.header]];
    peer.write(requestBytes({ line, headers: [...headers, ...offered] }));
    checkAnswer(await peer.answer(ms), key, place, offer);
    for (const frame of place.login) peer.write(encodeFrame(frame));
    await place.greet(() => peer.next(ms));
    return peer;
  } catch (error) {
    peer.cut();
    throw error;
  }
}

/** What a good handshake is answered with (section 4.2.2). */
export function checkAnswer(
  answer: Answer | undefined,
  key: string,
  place: Place,
  offer?: FrameCase["offer"],
): void {
  if (answer?.status === 404) throw new Skip(`there is nothing at ${place.url.pathname}`);
  const selected = answer?.header("sec-websocket-extensions").join(", ") ?? "";
  if (offer !== undefined && answer?.status === 101 && selected === "")
    throw new Skip("the server does not compress");
  const isRight =
    answer?.status === 101 &&
    /^websocket$/i.test(answer.header("upgrade").join(", ")) &&
    /(^|,)\s*upgrade\s*(,|$)/i.test(answer.header("connection").join(", ")) &&
    answer.header("sec-websocket-accept").join(", ") === acceptOf(key) &&
    (offer === undefined
      ? selected === ""
      : offer.answer.test(selected) && isAgreement(selected)) &&
    answer.header("sec-websocket-protocol").join(", ") === (place.name === "v1" ? subprotocol : "");
  if (!isRight)
    throw new Mismatch(
      `101 with Upgrade, Connection, Sec-WebSocket-Accept: ${acceptOf(key)}, ` +
        (offer === undefined
          ? "and nothing unasked"
          : `and extensions like ${offer.answer.source}`),
      answer?.text ?? "no answer in time",
    );
}

/** In one line, not redacted. */
export function show(heard: Heard | undefined): string {
  switch (heard?.kind) {
    case undefined:
      return "nothing in time";
    case "text":
      return `text ${JSON.stringify(heard.data.toString("utf8", 0, 200))} (${heard.data.length} bytes)`;
    case "binary":
    case "ping":
    case "pong": {
      const hex = heard.data.toString("hex", 0, 32);
      return `${heard.kind} ${hex}${heard.data.length > 32 ? "…" : ""} (${heard.data.length} bytes)`;
    }
    case "close":
      return `close ${heard.code ?? "without a code"} ${heard.reason}`.trimEnd();
    case "broken":
      return heard.what;
    case "end":
      return heard.reset ? "TCP is reset" : "TCP has ended";
  }
}
