/** Beyond this the steady clock has missed something, as the sleep of the machine; ms. */
const mayDiffer = 1000;

/**
 * The time of day in milliseconds since 1970, with their parts: between two looks at it as steady as
 * `performance.now()`, which stands still while a machine sleeps.
 */
export function createClock(steady: () => number, wall: () => number): () => number {
  let origin = wall() - steady();
  return () => {
    const off = wall() - (origin + steady());
    if (Math.abs(off) > mayDiffer) origin += off;
    return origin + steady();
  };
}

/** The page's own, for everything that is compared. */
export const pageClock = createClock(() => performance.now(), Date.now);
