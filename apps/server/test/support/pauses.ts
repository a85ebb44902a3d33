/** How long a timer may be late before somebody else must have had the processor; ms. */
const lateMs = 20;

/**
 * What the machine takes for itself while something is timed. `stop` gives the time in which this
 * process did not run though it was due to; ms.
 */
export function watchPauses(): { readonly stop: () => number } {
  let lost = 0;
  let due = performance.now() + lateMs;
  const timer = setInterval(() => {
    const now = performance.now();
    lost += Math.max(0, now - due);
    due = now + lateMs;
  }, lateMs / 2);
  return {
    stop: () => {
      clearInterval(timer);
      return lost;
    },
  };
}
