import { Mismatch, Skip } from "../failure.ts";
import { encodeFrame } from "./frame.ts";
import type { HandshakeCase } from "./handshake-case.ts";
import { connectPeer, type Answer, type Peer } from "./peer.ts";
import { checkAnswer, requestBytes, requestOf, show, type Place } from "./place.ts";
import { text } from "./script.ts";
import type { Stage } from "./play.ts";

/** Tries one handshake at one place. Rejects with Mismatch; returns where the RFC leaves it open. */
export async function tryHandshake(
  script: HandshakeCase,
  stage: Stage,
): Promise<readonly string[]> {
  const { place, way, timeoutMs, log } = stage;
  const request = requestOf(place);
  const changed = script.change(request);
  const body = script.body?.(encodeFrame) ?? Buffer.alloc(0);
  // Everything behind the request comes with it: a server must not lose, nor misread, a byte.
  const bytes = Buffer.concat([requestBytes(changed), body, ...framesOf(place)]);
  const peer = await connectPeer(place.url, timeoutMs);
  try {
    log(`C: ${JSON.stringify(bytes.toString("latin1"))}`);
    await write(peer, bytes, way === "byte by byte");
    const answer = await peer.answer(timeoutMs);
    log(`S: ${answer?.text ?? "no answer in time"}`);
    if (answer?.status === 404) throw new Skip(`there is nothing at ${place.url.pathname}`);
    return await judge(script, { ...stage, peer, key: request.key, answer });
  } finally {
    peer.cut();
  }
}

const question = "pipelined behind the handshake";

const framesOf = ({ login, newDress }: Place): readonly Buffer[] =>
  [...login, ...newDress().wrap([text(question)])].map(encodeFrame);

async function write(peer: Peer, bytes: Buffer, apart: boolean): Promise<void> {
  const size = apart ? 1 : bytes.length;
  for (let at = 0; at < bytes.length && !peer.isOver(); at += size) {
    peer.write(bytes.subarray(at, at + size));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

interface Tried extends Stage {
  readonly peer: Peer;
  readonly key: string;
  readonly answer: Answer | undefined;
}

async function judge(script: HandshakeCase, tried: Tried): Promise<readonly string[]> {
  const { place, peer, answer, key, timeoutMs, log } = tried;
  const accepts = answer?.status === 101;
  const open = script.expect === "either" ? [accepts ? "accepted" : "refused"] : [];
  if (answer === undefined) throw new Mismatch("an answer", "none in time");
  if (!accepts) {
    if (script.expect === "accepted") throw new Mismatch("101", answer.text);
    checkHeader(script, answer);
    return open;
  }
  if (script.expect === "refused") throw new Mismatch("a refusal", answer.text);
  checkAnswer(answer, key, place);
  await place.greet(async () => {
    const heard = await peer.next(timeoutMs);
    log(`S: ${show(heard)}`);
    return heard;
  });
  const heard = await peer.next(timeoutMs);
  log(`S: ${show(heard)}`);
  const echo = heard?.kind === "text" ? place.newDress().unwrap(heard.data) : null;
  if (echo?.toString() !== question)
    throw new Mismatch(`the echo of ${JSON.stringify(question)}`, show(heard));
  return open;
}

function checkHeader({ header }: HandshakeCase, answer: Answer): void {
  if (header === undefined) return;
  const [name, value] = header;
  if (!value.test(answer.header(name).join(", ")))
    throw new Mismatch(`a refusal with ${name}: ${value.source}`, answer.text);
}
