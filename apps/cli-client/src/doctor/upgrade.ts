import { subprotocol } from "@wsecho/protocol";
import { redactHeader } from "@wsecho/wire/secrets";
import WebSocket, { type ClientOptions } from "ws";
import type { TlsOptions } from "../certificates.ts";
import type { RequestHeaders } from "../connection/read.ts";
import { readRefusal } from "../refusal.ts";
import { fail, formatMs, ok, type Verdict } from "./verdict.ts";

export interface UpgradeTarget {
  readonly url: URL;
  readonly tls: TlsOptions;
  /** What the user wants to be offered; empty where the doctor may choose. */
  readonly subprotocols: readonly string[];
  readonly headers: RequestHeaders;
  readonly timeoutMs: number;
}

export interface Upgraded {
  readonly verdicts: readonly Verdict[];
  /** `null` where no WebSocket came about. */
  readonly socket: WebSocket | null;
}

type Answer =
  | { readonly kind: "open"; readonly socket: WebSocket; readonly ms: number }
  | { readonly kind: "http"; readonly status: number; readonly text: string }
  | { readonly kind: "error"; readonly text: string };

/** How `ws` says it; a test fails where it says it otherwise. */
const selectedNone = "Server sent no subprotocol";

/** Offers wsecho's subprotocol and compression; where the former is refused, goes without. */
export async function checkUpgrade(target: UpgradeTarget): Promise<Upgraded> {
  const chosen = target.subprotocols.length > 0;
  const offered = chosen ? target.subprotocols : [subprotocol];
  const show = (names: string): string => redactHeader("Sec-WebSocket-Protocol", names);
  let answer = await shake(target, offered);
  let without = false;
  if (answer.kind !== "open" && !chosen) {
    const second = await shake(target, []);
    if (second.kind === "open") {
      answer = second;
      without = true;
    }
  }
  if (answer.kind === "http")
    return refused(
      `HTTP ${answer.status}${answer.text === "" ? "" : `: ${answer.text}`}`,
      adviceFor(answer.status, target.headers),
    );
  if (answer.kind === "error" && chosen && answer.text === selectedNone)
    return {
      socket: null,
      verdicts: [
        fail(
          "subprotocol",
          `the server selected none of ${show(offered.join(", "))}`,
          "Clients that offer one have to stop there, browsers too: check the names.",
        ),
      ],
    };
  if (answer.kind === "error")
    return refused(
      answer.text,
      `Is it a WebSocket server, and is the path right?${
        target.url.protocol === "ws:" ? " One that speaks TLS wants wss://." : ""
      }`,
    );
  const { socket, ms } = answer;
  return {
    socket,
    verdicts: [
      ok("upgrade", `101 Switching Protocols (${formatMs(ms)})`),
      without
        ? ok("subprotocol", `none; an offer of ${show(offered.join(", "))} is not taken`)
        : ok("subprotocol", `${show(socket.protocol)} was selected`),
      socket.extensions === ""
        ? ok("compression", "none: permessage-deflate was offered and not taken")
        : ok("compression", socket.extensions),
    ],
  };
}

function refused(text: string, advice: string): Upgraded {
  return { socket: null, verdicts: [fail("upgrade", text, advice)] };
}

function adviceFor(status: number, headers: RequestHeaders): string {
  if (status === 401)
    return carriesLogin(headers)
      ? "It did not take the login: check the name and the password, or the token."
      : "It wants a login at the handshake: --auth NAME asks for a password, -H @FILE sends a header.";
  if (status === 403) return "It refuses this origin, host, address or user; its log says which.";
  if (status === 404) return "Check the path: this one is no WebSocket's.";
  if (status === 426) return "It speaks another version of the protocol, or no WebSocket here.";
  if (status === 429 || status === 503) return "It has too much to do just now: try again later.";
  if (status >= 300 && status < 400) return "It is elsewhere: connect to where Location points.";
  if (status >= 500) return "The server, or a proxy before it, fails: look at its log.";
  return "It answered as a web server does: check host, port and path.";
}

/** Whether a handshake with these headers logs in. */
export function carriesLogin(headers: RequestHeaders): boolean {
  return Object.keys(headers).some((name) => /^authorization$/i.test(name));
}

/** Enough of a refusal to understand it, in characters. */
const maxText = 512;

function shake(target: UpgradeTarget, protocols: readonly string[]): Promise<Answer> {
  const { url, tls, headers, timeoutMs } = target;
  const options: ClientOptions = {
    ...tls,
    headers,
    // What TLS thinks of the server has its own verdict.
    rejectUnauthorized: false,
    perMessageDeflate: true,
    handshakeTimeout: timeoutMs,
  };
  const began = performance.now();
  return new Promise((resolve) => {
    const socket = new WebSocket(url, [...protocols], options);
    socket.on("open", () => resolve({ kind: "open", socket, ms: performance.now() - began }));
    socket.on("error", (error: NodeJS.ErrnoException) =>
      resolve({
        kind: "error",
        text: error.message === "" ? (error.code ?? "no answer") : error.message,
      }),
    );
    socket.on("unexpected-response", (request, response) => {
      void readRefusal(request, response).then(({ status, body }) => {
        resolve({ kind: "http", status, text: (body.split("\n", 1)[0] ?? "").slice(0, maxText) });
        socket.terminate();
      });
    });
  });
}
