import type { Socket } from "node:net";
import { success } from "@wsecho/protocol";
import { exitStatus } from "../exit.ts";
import { parseStep, type Step } from "../frame/frame.ts";
import type { FrameInvocation } from "../frame/options.ts";
import { sendSteps } from "../frame/send.ts";
import { talk } from "../terminal/talk.ts";
import { createInspector } from "../wire/inspector.ts";
import type { Approach } from "./approach.ts";
import { connectCommand } from "./connect.ts";
import { connectDefaults } from "./settings.ts";

/** @returns the exit status */
export async function frameCommand({ target, frames, options }: FrameInvocation): Promise<number> {
  const steps: Step[] = [];
  for (const text of frames) {
    const step = parseStep(text);
    if (!step.ok) {
      talk(`Not connected: ${step.error}.`);
      return exitStatus("usage");
    }
    steps.push(step.value);
  }
  // Its filter is of frames, not of messages.
  const { filter: _filter, linger, expectClose, ...given } = options;
  const sockets: Socket[] = [];
  const inspect: Approach["inspect"] = (screen) => {
    const inspector = createInspector(options, screen);
    if (!inspector.ok) return inspector;
    const watch = (socket: Socket): void => {
      sockets.push(socket);
      inspector.value.watch(socket);
    };
    return success({ ...inspector.value, watch });
  };
  const speak: Approach["speak"] = async (signal) => {
    const socket = sockets.at(-1);
    if (socket !== undefined) await sendSteps(socket, steps, signal);
  };
  const eofWait = expectClose === undefined ? linger : options.timeout;
  return connectCommand(
    target,
    // Nothing else is said.
    { ...connectDefaults, ...given, dialect: "none", execute: [], eofWait },
    { inspect, speak, ...(expectClose === undefined ? {} : { expectClose }) },
  );
}
