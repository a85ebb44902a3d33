import {
  runMachine,
  type ServerEffect,
  type ServerEvent,
  type ServerOptions,
  type ServerState,
} from "@wsecho/protocol";
import { createServerState, echoesFrom, transitionServer } from "@wsecho/protocol/server";
import { empty, type QuickEcho } from "./quick-echo.ts";
import { opcodes, type ReplySocket } from "./reply-socket.ts";

/** The session's machine, and the short way past it where it allows one. */
export interface SessionMachine {
  readonly dispatch: (event: ServerEvent) => void;
  /** A whole message of the peer. */
  readonly take: (data: Buffer, isBinary: boolean) => void;
  /** Tells the machine what it was not asked about. To be called before the end of each turn. */
  readonly settle: () => void;
}

export interface SessionMachineParts {
  readonly webSocket: ReplySocket;
  readonly options: ServerOptions;
  /** `null` where messages are answered by more than themselves. */
  readonly quickEcho: QuickEcho | null;
  readonly perform: (effect: ServerEffect) => void;
}

/**
 * While a session is ready and every message is answered by itself, asking the machine about each
 * would only say so again. `echoesFrom` says when that is; the answers are the same bytes either
 * way, which a test shows for whatever a peer may send.
 */
export function createSessionMachine(parts: SessionMachineParts): SessionMachine {
  const { webSocket, options, quickEcho, perform } = parts;
  const { maxMessageBytes, idleTimeoutMs } = options.limits;
  const machine = runMachine<ServerState, ServerEvent, ServerEffect>(
    createServerState(options),
    transitionServer,
    perform,
  );
  /** The id of the newest submit; `null` where the machine is to be asked. */
  let lastId: number | null = null;
  /** Messages were answered that the machine has not been told of. */
  let echoed = false;

  function dispatch(event: ServerEvent): void {
    settle();
    machine.dispatch(event);
    lastId = quickEcho === null ? null : echoesFrom(machine.state());
  }

  function settle(): void {
    if (!echoed || lastId === null) return;
    echoed = false;
    perform({ type: "startTimer", name: "idle", ms: idleTimeoutMs });
    // Only v1 has ids.
    if (options.dialect === "v1") machine.dispatch({ type: "echoed", lastId });
  }

  function echo(data: Buffer, isBinary: boolean): boolean {
    if (quickEcho === null || lastId === null || data.length > maxMessageBytes) return false;
    if (isBinary) webSocket.reply(opcodes.binary, empty, data);
    else {
      const id = quickEcho(webSocket, data, lastId);
      if (id < 0) return false;
      lastId = id;
    }
    echoed = true;
    return true;
  }

  function take(data: Buffer, isBinary: boolean): void {
    if (echo(data, isBinary)) return;
    dispatch({
      type: "frame",
      frame: isBinary
        ? { type: "binary", data }
        : { type: "text", text: data.toString(), bytes: data.length },
    });
  }

  return { dispatch, take, settle };
}
