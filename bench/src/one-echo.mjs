/** What the least that `ws` can do costs: one message, its echo, and the close handshake. */
import WebSocket from "ws";

const socket = new WebSocket(process.argv[2], { perMessageDeflate: false });
socket.on("open", () => socket.send("hi"));
socket.on("message", (data) => {
  console.log(data.toString());
  socket.close(1000);
});
