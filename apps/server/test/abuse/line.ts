import { expect } from "vitest";
import { connectRaw, handshake, openRaw, type RawPeer } from "../support/raw.ts";
import type { TestServer } from "../support/start-server.ts";

/** What a peer may do to a server, and what the server answers. */
export interface Attack {
  readonly what: string;
  /** Rejects where the server answers anything else. */
  readonly run: (server: TestServer) => Promise<void>;
}

/** One of the inputs that the project has set itself to withstand. */
export interface Line {
  /** As the list says it. */
  readonly input: string;
  readonly attacks?: readonly Attack[];
  /** Tests that see it, `file › title`, where it takes more than a peer and this server. */
  readonly elsewhere?: readonly string[];
}

export const line = (input: string, ...attacks: readonly Attack[]): Line => ({ input, attacks });

export const attack = (what: string, run: Attack["run"]): Attack => ({ what, run });

export const seenIn = (input: string, ...elsewhere: readonly string[]): Line => ({
  input,
  elsewhere,
});

/** The whole answer to a request, after which the server ends the connection itself. */
export async function answerTo(port: number, request: string): Promise<string> {
  const peer = await connectRaw(port);
  peer.socket.write(request, "latin1");
  return peer.ended;
}

/** A request that is refused with one of these statuses. */
export const refused = (what: string, status: number | RegExp, request: string): Attack =>
  attack(what, async ({ port }) => {
    expect(await answerTo(port, request)).toMatch(
      new RegExp(`^HTTP/1\\.1 ${String(status).replaceAll("/", "")} `),
    );
  });

/** A handshake that is answered with this status, whatever becomes of it. */
export const answered = (
  what: string,
  status: number,
  headers: Readonly<Record<string, string | null>>,
  path = "/",
): Attack =>
  attack(what, async ({ port }) => {
    const peer = await connectRaw(port);
    peer.socket.write(handshake(headers, `GET ${path} HTTP/1.1`), "latin1");
    expect((await peer.answer()).slice(0, 12)).toBe(`HTTP/1.1 ${status}`);
    peer.socket.destroy();
  });

export const login = "admin:123456";
export const v1 = { "Sec-WebSocket-Protocol": "wsecho.v1" };
export const v1Login = JSON.stringify({
  type: "auth",
  mechanism: "plain",
  user: "admin",
  password: "123456",
});

export async function next(peer: RawPeer): Promise<string> {
  return (await peer.frame()).payload.toString();
}

/** The code of the close frame, whatever comes before it. */
export async function closeCode(peer: RawPeer): Promise<number> {
  for (;;) {
    const { opcode, payload } = await peer.frame();
    if (opcode === 8) return payload.length === 0 ? 1005 : payload.readUInt16BE(0);
  }
}

/** An open connection that has sent these frames. */
export async function openAnd(
  port: number,
  frames: readonly Buffer[],
  headers: Readonly<Record<string, string>> = {},
): Promise<RawPeer> {
  const peer = await openRaw(port, headers);
  peer.socket.write(Buffer.concat(frames));
  return peer;
}
