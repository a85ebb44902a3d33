import type { WebSocket } from "ws";
import {
  createServerState,
  encodeServer,
  runMachine,
  transitionServer,
  type Reply,
  type ServerEffect,
  type ServerEvent,
  type ServerNote,
  type ServerOptions,
  type ServerTimer,
  type Submission,
} from "@wsecho/protocol";
import type { Authenticate } from "./authenticate.ts";

export interface SessionParts {
  readonly options: ServerOptions;
  readonly authenticate: Authenticate;
  readonly handle: (submission: Submission) => Promise<Reply>;
  readonly note: (note: ServerNote) => void;
}

export interface RunningSession {
  readonly dispatch: (event: ServerEvent) => void;
}

/** Bytes that may wait in our buffers for the peer before its input is paused. */
const highWater = 1024 * 1024;

/** Turns a socket into events of the session machine, and its effects into calls. */
export function runSession(socket: WebSocket, parts: SessionParts): RunningSession {
  const { options, authenticate, handle, note } = parts;
  const timers = new Map<ServerTimer, NodeJS.Timeout>();

  const perform = (effect: ServerEffect, dispatch: (event: ServerEvent) => void): void => {
    switch (effect.type) {
      case "send": {
        const text = encodeServer(options.dialect, effect.message);
        if (text !== null) send(text);
        return;
      }
      case "sendBinary":
        send(effect.data);
        return;
      case "close":
        socket.close(effect.code, effect.reason);
        return;
      case "terminate":
        socket.terminate();
        return;
      case "startTimer": {
        const { name } = effect;
        clearTimeout(timers.get(name));
        timers.set(
          name,
          setTimeout(() => dispatch({ type: "timer", name }), effect.ms),
        );
        return;
      }
      case "stopTimer":
        clearTimeout(timers.get(effect.name));
        return;
      case "verify": {
        const { attempt } = effect;
        authenticate(effect.step).then(
          (outcome) => dispatch({ type: "verdict", attempt, outcome }),
          () => dispatch({ type: "verdict", attempt, outcome: { kind: "unavailable" } }),
        );
        return;
      }
      case "handle":
        handle(effect.submission).then(
          (reply) => dispatch({ type: "handled", reply }),
          () => dispatch({ type: "handled", reply: { kind: "failed" } }),
        );
        return;
      case "pauseInput":
        socket.pause();
        return;
      case "resumeInput":
        socket.resume();
        return;
      case "note":
        note(effect.note);
    }
  };
  const machine = runMachine(createServerState(options), transitionServer, perform);
  const { dispatch } = machine;

  function send(data: string | Uint8Array): void {
    socket.send(data, () => {
      if (socket.bufferedAmount < highWater) dispatch({ type: "drained" });
    });
    if (socket.bufferedAmount >= highWater) dispatch({ type: "congested" });
  }

  socket.on("message", (data: Buffer, isBinary) => {
    dispatch({
      type: "frame",
      frame: isBinary
        ? { type: "binary", data }
        : { type: "text", text: data.toString(), bytes: data.length },
    });
  });
  socket.on("error", (error) => {
    const code = "code" in error ? error.code : undefined;
    dispatch({
      type: "violation",
      close:
        code === "WS_ERR_INVALID_UTF8"
          ? "invalidData"
          : code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH"
            ? "tooBig"
            : "protocolError",
    });
  });
  socket.on("close", (code) => dispatch({ type: "socketClosed", code }));
  dispatch({ type: "opened" });
  return { dispatch };
}
