import { connect } from "node:net";
import {
  defaultClientLimits,
  encodeClient,
  runMachine,
  subprotocol,
  type ClientEffect,
  type ClientEvent,
  type ClientTimer,
  type Settlement,
} from "@wsecho/protocol";
import { createClientState, transitionClient } from "@wsecho/protocol/client";
import { readLines } from "./lines.ts";

/** Logs in, submits each text, and resolves with what became of them when the session is over. */
export function echoAll(
  port: number,
  login: { readonly user: string; readonly password: string },
  texts: readonly string[],
): Promise<readonly Settlement[]> {
  return new Promise((resolve) => {
    const outcomes: Settlement[] = [];
    const timers = new Map<ClientTimer, NodeJS.Timeout>();
    const socket = connect(port, "127.0.0.1");

    const perform = (effect: ClientEffect, dispatch: (event: ClientEvent) => void): void => {
      switch (effect.type) {
        case "openSocket":
          socket.once("connect", () => dispatch({ type: "socketOpened", protocol: subprotocol }));
          socket.once("close", () => dispatch({ type: "socketClosed", code: 1000, reason: "" }));
          socket.on("error", () => socket.destroy());
          readLines(socket, (text) => {
            if (text.startsWith("close ")) return;
            const bytes = Buffer.byteLength(text);
            dispatch({ type: "frame", frame: { type: "text", text, bytes } });
          });
          return;
        case "send": {
          const text = encodeClient("v1", effect.message);
          if (text !== null) socket.write(`${text}\n`);
          return;
        }
        case "askCredentials": {
          const { attempt, denied } = effect;
          const message = { type: "auth", mechanism: "plain", ...login } as const;
          dispatch({ type: "credentials", attempt, message: denied === null ? message : null });
          return;
        }
        case "settle":
          outcomes.push(effect.outcome);
          if (outcomes.length === texts.length) dispatch({ type: "stop" });
          return;
        case "close":
          socket.end();
          return;
        case "dropSocket":
          socket.destroy();
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
        // This program neither reconnects, nor uses SCRAM, nor keeps tokens, nor sends binary, nor shows
        // notes or until when its login holds.
        case "scheduleRetry":
        case "answerChallenge":
        case "checkServer":
        case "keepToken":
        case "loginEnds":
        case "sendBinary":
        case "receive":
        case "note":
          return;
      }
    };

    const session = runMachine(
      createClientState({ dialects: ["v1"], reconnect: false, limits: defaultClientLimits }),
      transitionClient,
      perform,
    );
    session.dispatch({ type: "connect" });
    texts.forEach((text, i) =>
      session.dispatch({
        type: "submit",
        id: i + 1,
        payload: { kind: "text", text },
        resend: false,
      }),
    );
    socket.once("close", () => {
      for (const timer of timers.values()) clearTimeout(timer);
      resolve(outcomes);
    });
  });
}
