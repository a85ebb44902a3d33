import { createServer } from "node:net";

/** The floor: what Node's sockets cost when nobody looks at what comes. */
const server = createServer({ noDelay: true }, (socket) => {
  socket.on("data", (chunk) => socket.write(chunk));
  socket.on("error", () => socket.destroy());
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no TCP address");
  console.log(`tcp echo on ws://127.0.0.1:${address.port}`);
});
