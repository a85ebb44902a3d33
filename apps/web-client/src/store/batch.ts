/** Runs `callback` later, once. */
export type Schedule = (callback: () => void, busy: boolean) => void;

/** A batch larger than this says that more than a thousand items a second arrive. */
const busyBatch = 20;

export interface Batcher<T> {
  readonly push: (item: T) => void;
  /** Hands on now what waits. */
  readonly flush: () => void;
}

/**
 * Collects items and hands them on together: drawing once a frame costs the same for one message
 * as for a hundred.
 */
export function createBatcher<T>(
  schedule: Schedule,
  handle: (batch: readonly T[]) => void,
): Batcher<T> {
  let waiting: T[] = [];
  let busy = false;

  const flush = (): void => {
    if (waiting.length === 0) return;
    const batch = waiting;
    waiting = [];
    busy = batch.length > busyBatch;
    handle(batch);
  };
  return {
    flush,
    push: (item) => {
      waiting.push(item);
      if (waiting.length === 1) schedule(flush, busy);
    },
  };
}

/**
 * With the next frame; ten times a second while much arrives. Hidden pages get no frames, so a
 * timer stands behind the frame. Running twice does no harm.
 */
export const browserSchedule: Schedule = (callback, busy) => {
  if (!busy) requestAnimationFrame(callback);
  setTimeout(callback, 100);
};
