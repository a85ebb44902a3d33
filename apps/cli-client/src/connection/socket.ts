import type { Socket, SocketListener, Transport } from "@wsecho/client/ws";
import { failure, success, type Result, type StopReason } from "@wsecho/protocol";

/** An open WebSocket that is held back until somebody listens, so that nothing is missed. */
export interface OpenSocket {
  readonly socket: Socket;
  /** What the server selected; `""` for nothing. */
  readonly protocol: string;
  readonly listen: (listener: Omit<SocketListener, "opened">) => void;
}

export interface SocketOptions {
  readonly url: string;
  readonly transport: Transport;
  readonly protocols: readonly string[];
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Opens a WebSocket, or says why not. */
export function openSocket(options: SocketOptions): Promise<Result<OpenSocket, StopReason>> {
  const { url, transport, protocols, timeoutMs, signal } = options;
  return new Promise((resolve) => {
    let listener: Omit<SocketListener, "opened"> | null = null;
    const finish = (result: Result<OpenSocket, StopReason>): void => {
      clearTimeout(patience);
      signal.removeEventListener("abort", abort);
      resolve(result);
    };
    const giveUp = (reason: StopReason): void => {
      finish(failure(reason));
      socket.drop();
    };
    const abort = (): void => giveUp({ kind: "left" });
    const patience = setTimeout(() => giveUp({ kind: "timeout", phase: "connect" }), timeoutMs);
    const socket = transport(url, protocols, {
      opened: (protocol) => {
        socket.pause?.();
        const listen = (given: Omit<SocketListener, "opened">): void => {
          listener = given;
          socket.resume?.();
        };
        finish(success({ socket, protocol, listen }));
      },
      message: (frame) => listener?.message(frame),
      closed: (code, reason, detail = "") => {
        if (listener === null) finish(failure({ kind: "unreachable", detail }));
        else listener.closed(code, reason, detail);
      },
    });
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort);
  });
}

/** A transport whose first connection is one that is open already. */
export function adopting(opened: OpenSocket, next: Transport): Transport {
  let first: OpenSocket | null = opened;
  return (url, protocols, listener) => {
    if (first === null) return next(url, protocols, listener);
    const { socket, protocol, listen } = first;
    first = null;
    // A transport never calls back before it returns.
    queueMicrotask(() => {
      listener.opened(protocol);
      listen(listener);
    });
    return socket;
  };
}
