/**
 * The article's server, re-typed small: one password in the source, asked for once a connection,
 * then every text comes back behind a prefix. It knows no subprotocol, no limit and no timeout.
 *
 *     node examples/article/server.ts [port]
 */
import { WebSocketServer, type WebSocket } from "ws";

const server = new WebSocketServer({
  host: "127.0.0.1",
  port: Number(process.argv[2] ?? 5678),
  // The article's library selects none that it was not given; `ws` would take the first offered.
  handleProtocols: () => false,
});

function converse(socket: WebSocket): void {
  let permitted = false;
  socket.on("message", (data: Buffer, isBinary) => {
    if (permitted) {
      socket.send(isBinary ? data : `your submit context: ${data.toString()}`);
      return;
    }
    permitted = !isBinary && data.toString() === "admin:123456";
    socket.send(
      permitted
        ? "congratulation, you have connect with server\r\nnow, you can do something else"
        : "sorry, the username or password is wrong, please submit again",
    );
  });
}

server.on("connection", converse);
server.on("listening", () => {
  const address = server.address();
  if (typeof address === "object" && address !== null)
    console.log(`listening on ws://127.0.0.1:${address.port}`);
});
