import type { IncomingHttpHeaders } from "node:http";
import type { Socket } from "node:net";
import type { WsOptions } from "@wsecho/client/ws";
import { createControl, type Control, type ControlOptions } from "../control.ts";
import { watchHandshakes, type Authorize, type Handshakes } from "../handshake.ts";
import type { Trace } from "../trace.ts";
import { decoy, meantBy } from "./decoy.ts";
import { showHeader } from "./headers.ts";

export interface LinkOptions extends ControlOptions {
  readonly url: URL;
  readonly transport: WsOptions;
  readonly authorize: Authorize | null;
  /** Whether the server is asked what it speaks. */
  readonly detecting: boolean;
  /** Gets each connection before anything was written to it. */
  readonly onSocket: ((socket: Socket) => void) | undefined;
  readonly trace: Trace | null;
  /** A handshake succeeded; with what the server selected, `""` for nothing. */
  readonly onUpgrade: (subprotocol: string) => void;
  /** The connection is being closed because of what the server sent; the next would be no better. */
  readonly onFault: () => void;
}

export type Fault =
  { readonly kind: "tooBig" } | { readonly kind: "protocol"; readonly detail: string };

/** What is under a session or a bare conversation: its WebSockets, one after the other. */
export interface Link {
  readonly handshakes: Handshakes;
  readonly control: Control;
  /** A ping got no answer, so the connection was cut, and there is no other. */
  readonly dead: () => boolean;
  /** What the server sent that ended it: too much, or what RFC 6455 does not allow. */
  readonly fault: () => Fault | null;
  /** A redirect led to another origin, which gets no login. */
  readonly crossed: () => boolean;
  /** What the server answered at the last handshake, as it may be shown. */
  readonly answer: () => readonly string[];
}

export function createLink(options: LinkOptions): Link {
  const { url, transport, detecting, onSocket, trace, onUpgrade } = options;
  let dead = false;
  let crossed = false;
  let fault: Fault | null = null;
  let answer: IncomingHttpHeaders = {};
  const control = createControl({
    ...options,
    onDead: () => {
      dead = true;
      options.onDead();
    },
  });
  const handshakes = watchHandshakes(
    options.authorize ?? undefined,
    transport,
    onSocket,
    (request, socket) => {
      crossed = new URL(socket.url).origin !== url.origin;
      trace?.(request, socket);
      // A redirect comes with the same WebSocket.
      if (socket.listenerCount("ping") > 0) return;
      control.attach(socket);
      socket.on("open", () => {
        dead = false;
        socket.on("error", ({ code = "", message }: NodeJS.ErrnoException) => {
          if (!code.startsWith("WS_ERR_")) return;
          const tooBig = code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH";
          fault = tooBig ? { kind: "tooBig" } : { kind: "protocol", detail: message };
          options.onFault();
        });
      });
      socket.on("upgrade", ({ headers }) => {
        answer = { ...headers };
        onUpgrade(meantBy(headers["sec-websocket-protocol"] ?? ""));
        // RFC 6455 section 4.1 lets a server select nothing; `ws` does not.
        if (detecting && request.hasHeader("sec-websocket-protocol"))
          headers["sec-websocket-protocol"] ??= decoy;
      });
    },
  );
  return {
    handshakes,
    control,
    dead: () => dead,
    fault: () => fault,
    crossed: () => crossed,
    answer: () => Object.entries(answer).map(([name, value]) => showHeader(name, String(value))),
  };
}
