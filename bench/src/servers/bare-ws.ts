import { WebSocketServer } from "ws";

/** The control: what `ws` costs when nobody asks for more than an echo. */
const server = new WebSocketServer({ host: "127.0.0.1", port: 0, maxPayload: 64 * 1024 * 1024 });
server.on("connection", (socket) => {
  socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
});
server.on("listening", () => {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no TCP address");
  console.log(`bare ws echo on ws://127.0.0.1:${address.port}`);
});
