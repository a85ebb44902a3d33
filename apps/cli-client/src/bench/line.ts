import { createSession, SessionError, type ConnectOptions } from "@wsecho/client";
import type { Socket } from "@wsecho/client/ws";
import { closes, type StopReason } from "@wsecho/protocol";
import type { ExitName } from "../exit.ts";
import type { HandshakeFailure, Handshakes } from "../handshake.ts";

/** One connection of a bench, logged in where that is asked for. */
export interface Line {
  readonly send: (text: string) => void;
  /** Goes on reading, or holds the server back. */
  readonly read: (on: boolean) => void;
  /** Says goodbye; resolves when the connection is gone. */
  readonly close: () => Promise<void>;
}

export interface LineListener {
  readonly echoed: (text: string) => void;
  /** The server answered with an error, of a few words, instead of an echo. */
  readonly refused: (text: string, kind: string) => void;
  /** The connection ended without being closed from here, for a reason of a few words. */
  readonly broke: (kind: string) => void;
}

export interface LineOptions {
  readonly url: URL;
  /** A new one for each connection, because it remembers why its own failed. */
  readonly handshakes: () => Handshakes;
  /** What logs in; `null` for a server that asks for nothing and just echoes. */
  readonly session: ConnectOptions | null;
  /** Offered where there is no session. */
  readonly subprotocols: readonly string[];
  readonly binary: boolean;
  /** For connecting, and again for the goodbye. */
  readonly timeoutMs: number;
}

/** Why a connection did not come about, in a few words that many failures share. */
export class OpenError extends Error {
  /** What it would be for the program if there were no other. */
  readonly exit: ExitName;
  constructor(words: string, exit: ExitName) {
    super(words);
    this.exit = exit;
  }
}

/** Opens a connection that echoes. Rejects with OpenError. */
export function openLine(options: LineOptions, listener: LineListener): Promise<Line> {
  return options.session === null
    ? openRaw(options, listener)
    : openSession(options, options.session, listener);
}

async function openRaw(
  { url, handshakes, subprotocols, binary, timeoutMs }: LineOptions,
  listener: LineListener,
): Promise<Line> {
  const { transport, failure } = handshakes();
  const opened = Promise.withResolvers<undefined>();
  const ended = Promise.withResolvers<undefined>();
  let leaving = false;
  let open = false;
  const socket = transport(url.href, subprotocols, {
    opened: () => {
      open = true;
      opened.resolve(undefined);
    },
    message: (frame) => {
      const asText =
        frame.type === "text" ? frame.text : Buffer.from(frame.data).toString("latin1");
      // A message that comes back as another type is not its echo.
      listener.echoed((frame.type === "binary") === binary ? asText : `${frame.type}: ${asText}`);
    },
    closed: (code, reason, detail) => {
      const kind = closeKind(code, reason);
      opened.reject(failureOf(failure(), detail) ?? new OpenError(kind, "closed"));
      ended.resolve(undefined);
      if (open && !leaving) listener.broke(kind);
    },
  });
  const patience = setTimeout(() => {
    opened.reject(new OpenError("no answer in time", "timeout"));
    socket.drop();
  }, timeoutMs);
  await opened.promise.finally(() => clearTimeout(patience));
  return {
    send: (text) => socket.send(binary ? Buffer.from(text, "latin1") : text),
    read: (on) => (on ? socket.resume?.() : socket.pause?.()),
    close: async () => {
      leaving = true;
      socket.close(1000, "");
      const impatience = setTimeout(() => {
        socket.drop();
        ended.resolve(undefined);
      }, timeoutMs);
      await ended.promise.finally(() => clearTimeout(impatience));
    },
  };
}

async function openSession(
  { url, handshakes, binary, timeoutMs }: LineOptions,
  connect: ConnectOptions,
  listener: LineListener,
): Promise<Line> {
  const { transport, failure } = handshakes();
  let leaving = false;
  let socket: Socket | null = null;
  const session = createSession(url, {
    ...connect,
    transport: (...request) => (socket = transport(...request)),
    limits: { connectTimeoutMs: timeoutMs, loginTimeoutMs: timeoutMs, closeTimeoutMs: timeoutMs },
  });
  await session.ready.catch(async () => {
    const reason = await session.closed;
    const detail = reason.kind === "unreachable" ? reason.detail : undefined;
    throw failureOf(failure(), detail) ?? new OpenError(stopKind(reason), stopExit(reason));
  });
  void session.closed.then((reason) => {
    if (!leaving) listener.broke(stopKind(reason));
  });
  return {
    read: (on) => (on ? socket?.resume?.() : socket?.pause?.()),
    send: (text) => {
      const echo = binary
        ? session
            .ask(Buffer.from(text, "latin1"))
            .then((data) => Buffer.from(data).toString("latin1"))
        : session.ask(text);
      echo.then(listener.echoed, (error: unknown) => {
        const reason = error instanceof SessionError ? error.reason : null;
        // What the end of the connection left unanswered is counted there.
        if (reason?.kind === "rejected") listener.refused(text, `error ${reason.code}`);
        if (reason?.kind === "tooBig") listener.refused(text, "too big for the server");
      });
    },
    close: async () => {
      leaving = true;
      await session.close();
    },
  };
}

/** @param detail what the transport says, which knows the status before all of the refusal came */
function failureOf(failure: HandshakeFailure | null, detail = ""): OpenError | null {
  const [, status] = /answered HTTP (\d{3})/.exec(detail) ?? [];
  if (status !== undefined) return new OpenError(`HTTP ${status}`, "handshake");
  if (failure === null) return null;
  switch (failure.kind) {
    case "http":
      return new OpenError(`HTTP ${failure.status}`, "handshake");
    case "invalid":
      return new OpenError("not a WebSocket server", "handshake");
    case "proxy":
      return new OpenError("no way through the proxy", "unreachable");
    case "tls":
      return new OpenError(failure.code, "tls");
    case "network":
      return new OpenError(failure.code, "unreachable");
  }
}

/** A server may write what it likes; our own reasons are few, and known. */
function closeKind(code: number, reason: string): string {
  const ours = Object.values(closes).some(
    (close) => close.code === code && close.reason === reason,
  );
  return ours && reason !== "" ? `closed ${code} (${reason})` : `closed ${code}`;
}

function stopKind(reason: StopReason): string {
  switch (reason.kind) {
    case "closed":
      return closeKind(reason.code, reason.reason);
    case "timeout":
      return "no answer in time";
    case "refused":
    case "noCredentials":
      return "login refused";
    default:
      return reason.kind;
  }
}

function stopExit({ kind }: StopReason): ExitName {
  switch (kind) {
    case "closed":
      return "closed";
    case "timeout":
      return "timeout";
    case "refused":
    case "noCredentials":
      return "authentication";
    default:
      return "unreachable";
  }
}
