import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { negotiate } from "@wsecho/protocol";
import { WebSocket, WebSocketServer } from "ws";

export type Message =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "binary"; readonly data: Buffer };

type Forward = (message: Message, send: (message: Message) => void) => void;

/** What a proxy before a good server does, so that the whole is a wrong server. */
export interface Fault {
  /** Called once for each connection, so that a fault may remember. */
  readonly fromClient?: () => Forward;
  readonly fromServer?: () => Forward;
  readonly onClose?: (code: number, reason: string) => readonly [number, string];
  /** Said before anything else, to plain clients. */
  readonly greeting?: string;
  /** Which subprotocol to select; default what is right. `null` refuses nothing, selects nothing. */
  readonly select?: (header: string | undefined) => string | null;
}

export interface Proxy extends AsyncDisposable {
  readonly url: string;
}

/** Stands before the server at `upstream` and brings in one fault. */
export async function startProxy(upstream: string, fault: Fault): Promise<Proxy> {
  const http = createServer();
  const sockets = new Set<WebSocket>();
  http.on("upgrade", (request, socket, head) => {
    const header = request.headers["sec-websocket-protocol"];
    const right = negotiate(header);
    if (!right.ok && fault.select === undefined) {
      socket.end(`HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n${right.error}\n`);
      return;
    }
    const selected =
      fault.select?.(header) ??
      (right.ok && fault.select === undefined ? right.value.protocol : null);
    // The library writes the header of what is "chosen", also where that is none of the offers.
    const webSockets = new WebSocketServer({
      noServer: true,
      handleProtocols: () => selected ?? false,
    });
    webSockets.handleUpgrade(request, socket, head, (client) => {
      const server = new WebSocket(upstream, right.ok ? (right.value.protocol ?? []) : []);
      sockets.add(client).add(server);
      if (fault.greeting !== undefined && header === undefined) client.send(fault.greeting);
      join(client, server, fault);
    });
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as AddressInfo;
  return {
    url: `ws://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.terminate();
        http.close(() => resolve());
      }),
  };
}

const forward: Forward = (message, send) => send(message);

function join(client: WebSocket, server: WebSocket, fault: Fault): void {
  const { fromClient = () => forward, fromServer = () => forward } = fault;
  const onClose = fault.onClose ?? ((code, reason) => [code, reason] as const);
  const waiting: (() => void)[] = [];
  const toServer = (send: () => void): void => {
    if (server.readyState === WebSocket.CONNECTING) waiting.push(send);
    else send();
  };
  const up = fromClient();
  const down = fromServer();
  client.on("message", (data: Buffer, isBinary) =>
    toServer(() => up(messageOf(data, isBinary), (message) => sendTo(server, message))),
  );
  server.on("message", (data: Buffer, isBinary) =>
    down(messageOf(data, isBinary), (message) => sendTo(client, message)),
  );
  server.on("open", () => {
    for (const send of waiting.splice(0)) send();
  });
  client.on("close", (code, reason) => toServer(() => close(server, code, reason.toString())));
  server.on("close", (code, reason) => close(client, ...onClose(code, reason.toString())));
  for (const socket of [client, server]) socket.on("error", () => undefined);
}

const messageOf = (data: Buffer, isBinary: boolean): Message =>
  isBinary ? { kind: "binary", data } : { kind: "text", text: data.toString() };

function sendTo(socket: WebSocket, message: Message): void {
  if (socket.readyState !== WebSocket.OPEN) return;
  if (message.kind === "text") socket.send(message.text);
  else socket.send(message.data);
}

function close(socket: WebSocket, code: number, reason: string): void {
  if (code === 1005 || code === 1006) socket.terminate();
  else socket.close(code, reason);
}
