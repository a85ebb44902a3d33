import fc from "fast-check";
import { expect, test } from "vitest";
import { connectPlain } from "./support/client.ts";
import { connectRaw, frame, handshake, text } from "./support/raw.ts";
import { startServer } from "./support/start-server.ts";

const runs = { numRuns: 150 };
const limits = { authTimeoutMs: 500, handshakeTimeoutMs: 500, closeTimeoutMs: 20 };

/** Sends the chunks, ends its side, and waits until the server has ended the connection. */
async function send(port: number, chunks: readonly Uint8Array[]): Promise<void> {
  const peer = await connectRaw(port);
  for (const chunk of chunks) if (peer.socket.writable) peer.socket.write(chunk);
  peer.socket.end();
  await peer.ended;
}

const bytes = fc.uint8Array({ maxLength: 300 });

/** Frames that are nearly right: any first byte, masked payload. */
const frames = fc.array(
  fc.tuple(
    fc.oneof(fc.constantFrom(0x81, 0x82, 0x01, 0x00, 0x80, 0x88, 0x89, 0x8a), fc.nat(255)),
    fc.oneof(
      bytes,
      fc.string({ unit: "binary" }).map((s) => Buffer.from(s)),
    ),
  ),
  { maxLength: 8 },
);

test("survives any bytes instead of a request", async () => {
  const { port, url } = await startServer({ limits });
  await fc.assert(
    fc.asyncProperty(fc.array(bytes, { maxLength: 3 }), (chunks) => send(port, chunks)),
    runs,
  );
  await connectPlain(url);
});

test("survives any header values in a handshake", async () => {
  const { port, url } = await startServer({ limits, allowAnonymous: true });
  const header = fc.constantFrom(
    ...["Host", "Upgrade", "Connection", "Origin", "Authorization", "Sec-WebSocket-Key"],
    ...["Sec-WebSocket-Version", "Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions"],
  );
  const value = fc.oneof(
    fc.string({ unit: "binary-ascii", maxLength: 50 }),
    fc.constantFrom("null", "http://127.0.0.1", "Basic Og==", "Bearer x", "wsecho.v1,a", "13, 13"),
  );
  const path = fc.oneof(fc.constantFrom("/", "/echo", "/inspect", "*", "//"), fc.webPath());
  await fc.assert(
    fc.asyncProperty(path, fc.dictionary(header, value), (target, headers) =>
      send(port, [Buffer.from(handshake(headers, `GET ${target} HTTP/1.1`), "latin1")]),
    ),
    runs,
  );
  await connectPlain(url);
});

test.each(["", "wsecho.v1"])(
  "survives any frames in a session, logged in or not: %j",
  async (p) => {
    const { port, url, server, log } = await startServer({ limits });
    const login =
      p === ""
        ? text("admin:123456")
        : text('{"type":"auth","mechanism":"plain","user":"admin","password":"123456"}');
    const start = handshake(p === "" ? {} : { "Sec-WebSocket-Protocol": p });
    await fc.assert(
      fc.asyncProperty(fc.boolean(), frames, bytes, async (loggedIn, sent, rest) => {
        const chunks = sent.map(([first, payload]) => frame(first, Buffer.from(payload)));
        await send(port, [Buffer.from(start), ...(loggedIn ? [login] : []), ...chunks, rest]);
      }),
      runs,
    );
    await connectPlain(url);
    await server.close();
    expect(log.filter(({ level }) => level === "error")).toEqual([]);
    // Nothing that a peer sends is a failure of ours (1011).
    expect(log.filter(({ fields }) => fields["close"] === "internalError")).toEqual([]);
  },
);
