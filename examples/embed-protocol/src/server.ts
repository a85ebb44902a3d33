import type { Socket } from "node:net";
import {
  closes,
  defaultLimits,
  encodeServer,
  runMachine,
  type Outcome,
  type ServerEffect,
  type ServerEvent,
  type ServerTimer,
  type VerifyStep,
} from "@wsecho/protocol";
import { createServerState, transitionServer } from "@wsecho/protocol/server";
import { closeLine, readLines } from "./lines.ts";

/** Decides a login; here any user whose password is the name spelled backwards. */
function verify(step: VerifyStep): Outcome {
  if (step.kind !== "auth" || step.message.mechanism !== "plain") return { kind: "refused" };
  const { user, password } = step.message;
  const expected = user.split("").reverse().join("");
  return password === expected ? { kind: "accepted", user } : { kind: "refused" };
}

/**
 * The wsecho session over lines of TCP instead of WebSocket messages. Everything that decides is
 * the library's; this shell only carries its effects out.
 */
export function serveSession(socket: Socket): void {
  const timers = new Map<ServerTimer, NodeJS.Timeout>();

  const perform = (effect: ServerEffect, dispatch: (event: ServerEvent) => void): void => {
    switch (effect.type) {
      case "send": {
        const text = encodeServer("v1", effect.message);
        if (text !== null) socket.write(`${text}\n`);
        return;
      }
      case "verify":
        dispatch({ type: "verdict", attempt: effect.attempt, outcome: verify(effect.step) });
        return;
      case "handle":
        dispatch({ type: "handled", reply: effect.submission });
        return;
      case "startTimer":
        clearTimeout(timers.get(effect.name));
        timers.set(
          effect.name,
          setTimeout(() => dispatch({ type: "timer", name: effect.name }), effect.ms),
        );
        return;
      case "stopTimer":
        clearTimeout(timers.get(effect.name));
        return;
      case "close":
        socket.end(closeLine(effect));
        return;
      case "terminate":
        socket.destroy();
        return;
      case "pauseInput":
        socket.pause();
        return;
      case "resumeInput":
        socket.resume();
        return;
      // Nobody reads notes here, and lines carry text only, so no binary message has to be answered.
      case "note":
      case "sendBinary":
        return;
    }
  };

  const session = runMachine(
    createServerState({
      dialect: "v1",
      mechanisms: ["plain"],
      features: [],
      limits: defaultLimits,
    }),
    transitionServer,
    perform,
  );
  readLines(socket, (text) =>
    session.dispatch({
      type: "frame",
      frame: { type: "text", text, bytes: Buffer.byteLength(text) },
    }),
  );
  socket.on("error", () => socket.destroy());
  socket.on("close", () => {
    session.dispatch({ type: "socketClosed", code: closes.normal.code });
    for (const timer of timers.values()) clearTimeout(timer);
  });
  session.dispatch({ type: "opened" });
}
