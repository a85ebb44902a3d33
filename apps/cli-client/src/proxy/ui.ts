import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { captureNote, createRedactor, toJson, type WireRecord } from "@wsecho/wire";
import { failure, subprotocol, success, type Result } from "@wsecho/protocol";
import { WebSocketServer, type WebSocket } from "ws";
import { findPageFiles, type PageFile } from "./page-files.ts";
import { nowUs } from "./pump.ts";
import { createWatcher, type Watcher } from "./watcher.ts";

/** A page on this machine that shows the frames of the proxy. */
export interface Ui {
  /** With the token in its fragment, which no browser sends anywhere. */
  readonly address: string;
  readonly record: (record: WireRecord) => void;
  close(): Promise<void>;
}

/** What a page that comes later sees of before. */
const backlogBytes = 4 * 1024 * 1024;
const batchMs = 40;

/** Opens it on loopback alone; the error is in words, for people. */
export async function startUi(
  port: number,
  reveal: boolean,
  files: ReadonlyMap<string, PageFile> | null = findPageFiles(),
): Promise<Result<Ui, string>> {
  if (files === null)
    return failure("--ui: the web client is not built; build it with pnpm build, then start again");
  const token = randomBytes(24).toString("base64url");
  const redactor = createRedactor({ reveal });
  const watchers = new Set<Watcher>();
  const stamp = line(captureNote(nowUs(), reveal));
  let backlog: string[] = [];
  let size = 0;
  let lost = 0;
  let fresh: string[] = [];
  let timer: NodeJS.Timeout | undefined;

  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const path = request.url?.split("?")[0] ?? "";
    const file = files.get(path);
    if (!isOurs(request.headers.host)) response.writeHead(421).end("this is not that host\n");
    else if (request.method !== "GET") response.writeHead(405, { Allow: "GET" }).end();
    else if (file === undefined) response.writeHead(404).end("not found; the page is at /\n");
    else response.writeHead(200, file.headers).end(file.body);
  };
  const server = createServer(answer);
  // Bounds what anybody on this machine can make the proxy hold.
  server.maxConnections = 100;
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: 65_536,
    handleProtocols: () => subprotocol,
  });
  const isOurs = (host: string | undefined): boolean =>
    host === `127.0.0.1:${bound()}` || host === `localhost:${bound()}`;
  const bound = (): number => (server.address() as AddressInfo).port;

  server.on("upgrade", (request, socket, head) => {
    const { host, origin } = request.headers;
    const offered = (request.headers["sec-websocket-protocol"] ?? "").split(",");
    // A page of another site, and one whose name was made to point here, carry their own names.
    const welcome =
      isOurs(host) &&
      (origin === undefined || origin === `http://${host ?? ""}`) &&
      request.url === "/inspect" &&
      offered.some((name) => name.trim() === subprotocol);
    socket.on("error", () => undefined);
    if (!welcome) {
      socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket: WebSocket) => {
      const watcher = createWatcher({
        webSocket,
        token,
        beginning: () => [
          stamp,
          ...(lost > 0 ? [line(lostNote(lost))] : []),
          ...backlog.slice(0, backlog.length - fresh.length),
        ],
        lostNote: (count) => line(lostNote(count)),
      });
      watchers.add(watcher);
      webSocket.on("close", () => watchers.delete(watcher));
    });
  });

  const send = (): void => {
    timer = undefined;
    const lines = fresh;
    fresh = [];
    for (const watcher of watchers) watcher.push(lines);
  };

  try {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  } catch (error) {
    const { code = "unknown error" } = error as NodeJS.ErrnoException;
    return failure(
      code === "EADDRINUSE"
        ? `--ui: port ${port} is in use; name another one`
        : `--ui: port ${port} cannot be listened on (${code})`,
    );
  }
  return success({
    address: `http://127.0.0.1:${bound()}/#feed=${encodeURIComponent(token)}`,
    record(record) {
      for (const shown of redactor.push(record)) {
        const text = line(shown);
        backlog.push(text);
        fresh.push(text);
        size += text.length;
      }
      if (size > backlogBytes) {
        const gone = Math.max(0, Math.ceil(backlog.length / 2) - fresh.length);
        lost += gone;
        backlog = backlog.slice(gone);
        size = backlog.reduce((sum, text) => sum + text.length, 0);
      }
      if (fresh.length > 2000) {
        clearTimeout(timer);
        send();
      } else timer ??= setTimeout(send, batchMs);
    },
    async close() {
      clearTimeout(timer);
      const closed = once(server, "close");
      server.close();
      for (const client of sockets.clients) client.close(1001, "server is shutting down");
      server.closeAllConnections();
      for (const client of sockets.clients) client.terminate();
      await closed;
    },
  });
}

const line = (record: WireRecord): string => `${JSON.stringify(toJson(record))}\n`;

function lostNote(count: number): WireRecord {
  const says = "records that did not reach this watcher";
  return { k: "note", t: nowUs(), us: 0, conn: 0, at: "proxy", code: "lost", says, count };
}
