import type { EventEmitter } from "node:events";
import {
  defaultLimits,
  encodeServer,
  runMachine,
  type DialectName,
  type ServerEffect,
  type ServerEvent,
  type ServerState,
} from "@wsecho/protocol";
import { createServerState, transitionServer } from "@wsecho/protocol/server";
import { echo } from "../../src/handler.ts";
import { silentLog } from "../../src/log.ts";
import { silentMeter } from "../../src/meter.ts";
import { isCongested, pressureMark } from "../../src/pressure.ts";
import { createQuickEcho } from "../../src/quick-echo.ts";
import { ReplySocket } from "../../src/reply-socket.ts";
import { Session, type Connection } from "../../src/session.ts";
import { violationOf } from "../../src/violation.ts";
import { openWire, type Wire } from "./wire.ts";

export const limits = { ...defaultLimits, maxMessageBytes: 100_000 };
const highWaterBytes = 64 * 1024;

export interface OpenSession extends Connection {
  readonly wire: Wire;
}

const optionsOf = (dialect: DialectName) =>
  ({ dialect, mechanisms: ["plain"], features: [], limits, login: { user: "ann" } }) as const;

const accepted = { kind: "accepted", user: "ann", mechanism: "plain", version: 0 } as const;

/** A session as the server runs it, logged in at the handshake. */
export function openSession(dialect: DialectName): OpenSession {
  const { wire, webSocket } = openWire({
    WebSocket: ReplySocket,
    autoPong: false,
    maxPayload: limits.maxMessageBytes,
  });
  webSocket.attach(wire.socket);
  const connection = new Session(webSocket, wire.socket, {
    options: optionsOf(dialect),
    highWaterBytes,
    newAuthenticate: () => () => Promise.resolve(accepted),
    enter: () => ({ renewed: () => undefined, left: () => undefined }),
    handleFor: () => echo,
    encode: (message) => encodeServer(dialect, message),
    quickEcho: createQuickEcho(dialect),
    inflow: { take: () => undefined },
    meter: silentMeter,
    log: silentLog,
  });
  connection.start(wire.socket);
  return { wire, shutDown: (close) => connection.shutDown(close) };
}

/**
 * The same by the book: every message is decoded, goes through the machine, and its answer is
 * encoded and given to the library's own `send`. Timers would end it only later.
 */
export function openReference(dialect: DialectName): OpenSession {
  const { wire, webSocket } = openWire({ maxPayload: limits.maxMessageBytes });
  let congested = false;
  const mark = pressureMark(wire.socket, highWaterBytes);
  const check = (): void => {
    const before = congested;
    congested = isCongested(webSocket, mark, before);
    if (congested !== before) dispatch({ type: congested ? "congested" : "drained" });
  };
  const { dispatch } = runMachine<ServerState, ServerEvent, ServerEffect>(
    createServerState(optionsOf(dialect)),
    transitionServer,
    (effect) => {
      const isOpen = webSocket.readyState === webSocket.OPEN;
      if (effect.type === "send" && isOpen) {
        const text = encodeServer(dialect, effect.message);
        if (text !== null) webSocket.send(text);
      } else if (effect.type === "sendBinary" && isOpen) webSocket.send(effect.data);
      else if (effect.type === "close") webSocket.close(effect.code, effect.reason);
      else if (effect.type === "handle") dispatch({ type: "handled", reply: effect.submission });
      else if (effect.type === "pauseInput") webSocket.pause();
      else if (effect.type === "resumeInput") webSocket.resume();
      else if (effect.type === "verify") {
        const { attempt } = effect;
        void Promise.resolve().then(() =>
          dispatch({ type: "verdict", attempt, outcome: accepted }),
        );
      }
    },
  );
  webSocket.on("message", (data: Buffer, isBinary) =>
    dispatch({
      type: "frame",
      frame: isBinary
        ? { type: "binary", data }
        : { type: "text", text: data.toString(), bytes: data.length },
    }),
  );
  webSocket.on("error", () => undefined);
  const { _receiver: receiver } = webSocket as unknown as { readonly _receiver: EventEmitter };
  receiver.prependListener("error", (error: Error) => {
    const violation = violationOf(error);
    if (violation !== undefined) dispatch(violation);
  });
  webSocket.on("close", (code) => dispatch({ type: "socketClosed", code }));
  // A peer that does not read is not read from, and at a shutdown what it sent stays unread.
  wire.socket.on("data", check);
  wire.socket.on("drain", check);
  dispatch({ type: "opened" });
  return { wire, shutDown: (close) => dispatch({ type: "shutdown", close }) };
}
