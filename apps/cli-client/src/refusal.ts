import type { ClientRequest, IncomingMessage } from "node:http";
import { redactHandshake, type HandshakeRecord } from "@wsecho/wire/secrets";
import type { HandshakeFailure } from "./handshake.ts";
import { secretPath } from "./target.ts";

/** More of a refusal than this is not shown. */
const maxBodyBytes = 8 * 1024;
/** How long a refusing server may take to say why. */
const bodyTimeoutMs = 2000;

/** Reads an answer that is no WebSocket. Some servers repeat there what they were sent. */
export async function readRefusal(
  request: ClientRequest,
  response: IncomingMessage,
): Promise<Extract<HandshakeFailure, { readonly kind: "http" }>> {
  const chunks: Buffer[] = [];
  let size = 0;
  const deadline = setTimeout(() => response.destroy(), bodyTimeoutMs);
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.byteLength;
      if (size >= maxBodyBytes) break;
    }
  } catch {
    // A refusal that breaks off still has its status, and what came of the body.
  } finally {
    clearTimeout(deadline);
  }
  const shown = withoutSecrets(request, response, Buffer.concat(chunks).subarray(0, maxBodyBytes));
  const body = Buffer.from(shown.body ?? [])
    .toString()
    .trim();
  const valueOf = (wanted: string): string | undefined =>
    shown.headers.find(([name]) => name.toLowerCase() === wanted)?.[1];
  return {
    kind: "http",
    status: response.statusCode ?? 0,
    statusText: response.statusMessage ?? "",
    location: valueOf("location"),
    headers: shown.headers,
    retryAfterS: secondsOf(valueOf("retry-after")),
    body: /^\s*</.test(body) || /html/i.test(valueOf("content-type") ?? "") ? "" : body,
  };
}

function withoutSecrets(
  request: ClientRequest,
  { rawHeaders, statusCode = 0 }: IncomingMessage,
  body: Uint8Array,
): HandshakeRecord {
  const known = new Set<string>();
  const asked = Object.entries(request.getHeaders()).flatMap(([name, value]) =>
    [value].flat().map((one) => [name, String(one)] as const),
  );
  redactHandshake(
    record("c2s", `${request.method} ${secretPath(request.path)} HTTP/1.1`, asked),
    known,
  );
  const headers = rawHeaders.flatMap((name, i) =>
    i % 2 === 0 ? [[name, rawHeaders[i + 1] ?? ""] as const] : [],
  );
  const answer = record("s2c", `HTTP/1.1 ${statusCode}`, headers);
  return redactHandshake({ ...answer, body }, known);
}

function record(
  dir: HandshakeRecord["dir"],
  first: string,
  headers: HandshakeRecord["headers"],
): HandshakeRecord {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `${first}\r\n${lines.join("")}\r\n`;
  return { k: "handshake", t: 0, us: 0, conn: 1, at: "client", dir, head, headers, lint: [] };
}

/** RFC 9110 section 10.2.3; dates are left out, as clocks differ. */
function secondsOf(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : null;
}
