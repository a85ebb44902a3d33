import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { clientFrame, serverFrame } from "./frames.ts";
import type { PeerSpec } from "./peer.ts";

/**
 * A logged-in connection on a bare socket: a WebSocket library in the load generator would cost
 * more than the server that is measured.
 */
export async function openConnection(port: number, login: PeerSpec["login"]): Promise<Socket> {
  const socket = connect({ host: "127.0.0.1", port, noDelay: true });
  await once(socket, "connect");
  socket.write(
    [
      "GET / HTTP/1.1",
      `Host: 127.0.0.1:${port}`,
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      `Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}`,
      "\r\n",
    ].join("\r\n"),
  );
  const answer = await readUntil(socket, (bytes) => bytes.includes("\r\n\r\n"));
  if (!answer.toString("latin1").startsWith("HTTP/1.1 101 "))
    throw new Error(`the upgrade was refused: ${answer.toString("latin1").slice(0, 200)}`);
  if (login !== undefined) {
    const expected = serverFrame(login.expect);
    socket.write(clientFrame(login.send));
    const verdict = await readUntil(socket, (bytes) => bytes.length >= expected.length);
    if (!verdict.equals(expected)) throw new Error("the login was not accepted");
  }
  return socket;
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
