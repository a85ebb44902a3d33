import type { ServerMessage } from "../messages.ts";
import type { ServerEffect, ServerTimer } from "./state.ts";

export const send = (message: ServerMessage): ServerEffect => ({ type: "send", message });

export const startTimer = (name: ServerTimer, ms: number): ServerEffect => ({
  type: "startTimer",
  name,
  ms,
});

export const stopTimer = (name: ServerTimer): ServerEffect => ({ type: "stopTimer", name });
