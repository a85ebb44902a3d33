import type { ClientRequest, IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type WebSocket from "ws";
import { showHeader } from "./connection/headers.ts";
import { showQuery } from "./target.ts";

export interface TraceOptions {
  readonly say: (text: string) => void;
  /** Gets each connection before anything was written to it. */
  readonly onSocket: (socket: Socket) => void;
}

/** Looks at a request with its WebSocket, before anything is sent. */
export type Trace = (request: ClientRequest, socket: WebSocket) => void;

/** Says what a handshake consists of and how long each step of it took. */
export function createTrace({ say, onSocket }: TraceOptions): Trace {
  return (request, socket) => {
    const started = performance.now();
    const marks: string[] = [];
    let last = started;
    const mark = (name: string): void => {
      const now = performance.now();
      marks.push(`${name} ${(now - last).toFixed(1)} ms`);
      last = now;
    };
    request.once("socket", (connection: Socket) => {
      onSocket(connection);
      connection.once("lookup", () => mark("DNS"));
      connection.once("connect", () => mark("TCP"));
      connection.once("secureConnect", () => mark("TLS"));
    });
    say(`> ${request.method} ${request.path.replace(/\?.*/s, showQuery)} HTTP/1.1`);
    for (const name of request.getRawHeaderNames())
      for (const value of [request.getHeader(name)].flat())
        say(`> ${showHeader(name, String(value))}`);
    request.prependOnceListener("upgrade", (response: IncomingMessage) => {
      mark("upgrade");
      say(`< HTTP/1.1 ${String(response.statusCode)} ${response.statusMessage ?? ""}`);
      const { rawHeaders } = response;
      for (let index = 0; index < rawHeaders.length; index += 2)
        say(`< ${showHeader(rawHeaders[index] ?? "", rawHeaders[index + 1] ?? "")}`);
      say(`* ${marks.join(", ")}; in all ${(last - started).toFixed(1)} ms`);
    });
    socket.once("message", () => {
      mark("first message");
      say(`* ${marks.at(-1) ?? ""} after the upgrade`);
    });
  };
}
