import { frameBytes, type Frame } from "../dialect/dialect.ts";
import type { Limits } from "../limits.ts";
import type { Backlog } from "./state.ts";

/** `undefined` when the backlog is full: bounded memory is worth more than one impatient peer. */
export function pushFrame(backlog: Backlog, frame: Frame, limits: Limits): Backlog | undefined {
  const bytes = backlog.bytes + frameBytes(frame);
  if (backlog.frames.length >= limits.backlogMessages || bytes > limits.backlogBytes)
    return undefined;
  return { frames: [...backlog.frames, frame], bytes };
}

export function shiftFrame(backlog: Backlog): readonly [Frame | undefined, Backlog] {
  const [frame, ...frames] = backlog.frames;
  return [frame, { frames, bytes: backlog.bytes - (frame === undefined ? 0 : frameBytes(frame)) }];
}
