import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { clientClose, clientFrame, serverFrame } from "./frames.ts";
import type { PeerSpec } from "./peer.ts";

/**
 * A logged-in connection on a bare socket: a WebSocket library in the load generator would cost
 * more than the server that is measured.
 */
export async function openConnection(
  port: number,
  { language, login }: Pick<PeerSpec, "language" | "login">,
): Promise<Socket> {
  const socket = connect({ host: "127.0.0.1", port, noDelay: true });
  // What ends a connection shows in what is missing.
  socket.on("error", () => undefined);
  await once(socket, "connect");
  if (language === "tcp") return socket;
  socket.write(
    [
      "GET / HTTP/1.1",
      `Host: 127.0.0.1:${port}`,
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      ...(language === "v1" ? ["Sec-WebSocket-Protocol: wsecho.v1"] : []),
      `Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}`,
      "\r\n",
    ].join("\r\n"),
  );
  const answer = await readUntil(socket, (bytes) => bytes.includes("\r\n\r\n"));
  if (!answer.toString("latin1").startsWith("HTTP/1.1 101 "))
    throw new Error(`the upgrade was refused: ${answer.toString("latin1").slice(0, 200)}`);
  if (language === "v1") {
    const auth = { type: "auth", mechanism: "plain", user: "admin", password: "123456" };
    socket.write(clientFrame(JSON.stringify(auth)));
    // Behind `hello`, which may have come with the handshake's answer.
    await readUntil(socket, (bytes) => bytes.includes('"type":"ok"') && bytes.at(-1) === 0x7d);
  }
  if (login !== undefined) {
    const expected = serverFrame(login.expect);
    socket.write(clientFrame(login.send));
    const verdict = await readUntil(socket, (bytes) => bytes.length >= expected.length);
    if (!verdict.equals(expected)) throw new Error("the login was not accepted");
  }
  return socket;
}

/** Connects, logs in, closes as RFC 6455 says, and waits until the server has let go. */
export async function comeAndGo(port: number, spec: PeerSpec): Promise<void> {
  const socket = await openConnection(port, spec);
  const closed = once(socket, "close");
  socket.end(clientClose);
  socket.resume();
  await closed;
}

function readUntil(socket: Socket, done: (bytes: Buffer) => boolean): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let bytes: Buffer = Buffer.alloc(0);
    const onClose = (): void => reject(new Error("the server closed the connection"));
    const onData = (chunk: Buffer): void => {
      bytes = Buffer.concat([bytes, chunk]);
      if (!done(bytes)) return;
      socket.pause();
      socket.off("data", onData).off("close", onClose);
      resolve(bytes);
    };
    socket.on("data", onData).once("close", onClose).resume();
  });
}
