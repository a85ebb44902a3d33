import type { ClientMessage } from "../messages.ts";
import type { ClientEffect, ClientTimer, Settlement } from "./state.ts";

export const send = (message: ClientMessage): ClientEffect => ({ type: "send", message });

export const startTimer = (name: ClientTimer, ms: number): ClientEffect => ({
  type: "startTimer",
  name,
  ms,
});

export const stopTimer = (name: ClientTimer): ClientEffect => ({ type: "stopTimer", name });

export const settle = (id: number, outcome: Settlement): ClientEffect => ({
  type: "settle",
  id,
  outcome,
});
