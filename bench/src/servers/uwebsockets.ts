/**
 * The article's session on uWebSockets.js: what a server in C++ reaches. It is not in the npm registry
 * under its own name, so `WSECHO_UWEBSOCKETS` says where the module is.
 */
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { plainTexts } from "@wsecho/protocol";

/** The part of its interface that is used here. */
interface Socket {
  getUserData(): { known?: boolean };
  send(message: ArrayBuffer | Uint8Array | string, isBinary?: boolean): number;
}
interface App {
  ws(
    pattern: string,
    behavior: {
      readonly maxPayloadLength: number;
      readonly maxBackpressure: number;
      readonly idleTimeout: number;
      readonly sendPingsAutomatically: boolean;
      readonly message: (socket: Socket, message: ArrayBuffer, isBinary: boolean) => void;
    },
  ): App;
  listen(host: string, port: number, done: (token: object | false) => void): App;
}
interface Module {
  App(): App;
  us_socket_local_port(token: object): number;
}

const place = process.env["WSECHO_UWEBSOCKETS"] ?? "uWebSockets.js";
const uws = createRequire(resolve("package.json"))(place) as Module;
const prefix = Buffer.from(plainTexts.prefix);
const limit = 64 * 1024 * 1024;

uws
  .App()
  .ws("/*", {
    maxPayloadLength: limit,
    maxBackpressure: limit,
    idleTimeout: 0,
    // The load compares bytes, and a ping is none of them.
    sendPingsAutomatically: false,
    message: (socket, message, isBinary) => {
      const session = socket.getUserData();
      if (session.known !== true) {
        session.known = Buffer.from(message).toString() === "admin:123456";
        socket.send(session.known ? plainTexts.accepted : plainTexts.refused);
      } else if (isBinary) socket.send(message, true);
      else socket.send(Buffer.concat([prefix, new Uint8Array(message)]));
    },
  })
  .listen("127.0.0.1", 0, (token) => {
    if (token === false) throw new Error("uWebSockets cannot listen");
    console.log(`uWebSockets on ws://127.0.0.1:${uws.us_socket_local_port(token)}`);
  });
