/** Takes each SIGHUP, also one that came before. */
export type HangUps = (take: () => void) => void;

/**
 * SIGHUP no longer ends the process. One that comes while the program still starts is kept until
 * there is somebody to take it: the settings may have been read before they were changed.
 */
export function catchHangUps(): HangUps {
  let kept = false;
  let taker: (() => void) | null = null;
  process.on("SIGHUP", () => {
    if (taker === null) kept = true;
    else taker();
  });
  return (take) => {
    taker = take;
    if (kept) take();
  };
}
