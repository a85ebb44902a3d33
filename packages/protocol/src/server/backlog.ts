import { frameBytes, type Frame } from "../dialect/dialect.ts";
import { push, shift } from "../queue.ts";
import type { Backlog, LiveState } from "./state.ts";

/** The size that one message may have in this state. */
export function largestFrame({ kind, options: { limits } }: LiveState): number {
  return kind === "ready" ? limits.maxMessageBytes : limits.maxLoginBytes;
}

/** `undefined` when the backlog is full: bounded memory is worth more than one impatient peer. */
export function pushFrame(state: LiveState, frame: Frame): Backlog | undefined {
  const { frames, bytes } = state.backlog;
  const { backlogMessages, backlogBytes } = state.options.limits;
  const sum = bytes + frameBytes(frame);
  return frames.length >= backlogMessages || sum > backlogBytes + largestFrame(state)
    ? undefined
    : { frames: push(frames, frame), bytes: sum };
}

export function shiftFrame({ frames, bytes }: Backlog): readonly [Frame | undefined, Backlog] {
  const frame = frames.front?.value;
  const left = bytes - (frame === undefined ? 0 : frameBytes(frame));
  return [frame, { frames: shift(frames), bytes: left }];
}
