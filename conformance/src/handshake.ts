import { randomBytes } from "node:crypto";
import { request as requestHttp, type IncomingMessage, type OutgoingHttpHeaders } from "node:http";
import { request as requestHttps } from "node:https";

/** How a server answered an opening handshake. */
export interface HandshakeAnswer {
  readonly status: number;
  /** Of the response; `null`: it has none. */
  readonly protocol: string | null;
  /** `Wsecho-Fault` of the response. */
  readonly faults: string | null;
  /** At most 4 KiB of it. */
  readonly body: string;
}

const maxBodyBytes = 4096;

/**
 * Sends one opening handshake with exactly these further headers, which no WebSocket library would
 * let through, and reads the answer. Rejects where there is none within `timeoutMs`.
 */
export function shakeHands(
  url: URL,
  headers: OutgoingHttpHeaders,
  timeoutMs: number,
): Promise<HandshakeAnswer> {
  const target = new URL(url);
  target.protocol = url.protocol === "wss:" ? "https:" : "http:";
  const send = url.protocol === "wss:" ? requestHttps : requestHttp;

  return new Promise((resolve, reject) => {
    const request = send(target, {
      agent: false,
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        Connection: "Upgrade",
        Upgrade: "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": randomBytes(16).toString("base64"),
        ...headers,
      },
    });
    request.on("error", reject);
    request.on("upgrade", (response, socket) => {
      socket.destroy();
      resolve(answerOf(response, ""));
    });
    request.on("response", (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      const finish = (): void => {
        resolve(answerOf(response, Buffer.concat(chunks).toString().slice(0, maxBodyBytes)));
        request.destroy();
      };
      response.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        bytes += chunk.length;
        if (bytes >= maxBodyBytes) finish();
      });
      response.on("end", finish);
      response.on("error", reject);
    });
    request.end();
  });
}

function answerOf({ statusCode = 0, headers }: IncomingMessage, body: string): HandshakeAnswer {
  const faults = headers["wsecho-fault"];
  return {
    status: statusCode,
    protocol: headers["sec-websocket-protocol"] ?? null,
    faults: typeof faults === "string" ? faults : null,
    body,
  };
}
