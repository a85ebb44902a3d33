import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { derive } from "./holder.ts";
import { createHostCheck, foreignHost } from "./host.ts";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import type { Readiness } from "./options.ts";
import { refuseRequest, unavailable, type Refusal } from "./refusal.ts";
import { pathOf } from "./upgrade.ts";

export interface AdminOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0 takes any that is free. */
  readonly port: number;
  /** Host names to answer to, beside those of loopback and `host`. */
  readonly allowHosts?: () => readonly string[];
  readonly readiness: () => Promise<Readiness>;
  readonly metrics: Pick<Metrics, "contentType" | "text">;
  readonly log: Log;
}

/** What operators and their programs ask: alive, ready, numbers. It changes nothing. */
export interface AdminServer {
  /** Once; rejects with the system's error, such as EADDRINUSE. Resolves with its URL. */
  listen(): Promise<string>;
  close(): Promise<void>;
}

const browserRefused: Refusal = {
  status: 403,
  message: "pages may not read this; ask with a program such as curl",
};

export function createAdminServer(options: AdminOptions): AdminServer {
  const { host = "127.0.0.1", port, allowHosts = () => [], readiness, metrics, log } = options;
  const isOurHost = derive(allowHosts, (names) => createHostCheck(host, names));

  async function answer(request: IncomingMessage): Promise<Answer | Refusal> {
    if (isFromPage(request)) return browserRefused;
    if (!isOurHost()(request.headers.host)) return foreignHost;
    if (request.method !== "GET" && request.method !== "HEAD")
      return {
        status: 405,
        message: "only GET and HEAD are answered here",
        headers: { Allow: "GET, HEAD" },
      };
    switch (pathOf(request.url)) {
      case "/healthz":
        return { type: "text/plain; charset=utf-8", body: "ok\n" };
      case "/readyz": {
        const state = await readiness();
        return state.ready
          ? { type: "text/plain; charset=utf-8", body: "ready\n" }
          : unavailable(state.reason);
      }
      case "/metrics":
        return { type: metrics.contentType, body: await metrics.text() };
      default:
        return { status: 404, message: "not found; known: /healthz, /readyz, /metrics" };
    }
  }

  const http = createServer({ headersTimeout: 5000, requestTimeout: 5000 }, (request, response) => {
    answer(request).then(
      (result) => {
        if ("status" in result) refuseRequest(response, result);
        else
          response
            .writeHead(200, {
              "Content-Type": result.type,
              "Content-Length": Buffer.byteLength(result.body),
              "Cache-Control": "no-store",
              "X-Content-Type-Options": "nosniff",
            })
            .end(request.method === "HEAD" ? undefined : result.body);
      },
      () => refuseRequest(response, { status: 500, message: "the numbers could not be read" }),
    );
  });

  return {
    async listen() {
      http.listen(port, host);
      await once(http, "listening");
      http.on("error", (error) => log.error({ err: error }, "the admin listener failed"));
      const { address, family, port: bound } = http.address() as AddressInfo;
      return `http://${family === "IPv6" ? `[${address}]` : address}:${bound}`;
    },
    async close() {
      const closed = new Promise((resolve) => http.close(resolve));
      http.closeAllConnections();
      await closed;
    },
  };
}

interface Answer {
  readonly type: string;
  readonly body: string;
}

/** A page's request names its origin, or says that it crosses one (Fetch Metadata). */
function isFromPage({ headers }: IncomingMessage): boolean {
  const site = headers["sec-fetch-site"];
  return headers.origin !== undefined || (site !== undefined && site !== "none");
}
