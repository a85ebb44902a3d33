import { eraseRow, liveRow } from "./fit.ts";

/** After this time a person wants to know how long it will take. */
const patienceMs = 1000;

/**
 * Says on a terminal how far a long work has come, in one line that is gone at the end.
 *
 * @param printed whether results go to stdout: rows on the same terminal would be mixed with it
 */
export function createProgress(
  what: string,
  printed: boolean,
): {
  readonly show: (done: number, of: number | undefined) => void;
  readonly clear: () => void;
} {
  const { stderr } = process;
  let next = performance.now() + patienceMs;
  let shown = false;
  return {
    show(done, of) {
      const mixed = printed && process.stdout.isTTY;
      if (!stderr.isTTY || mixed || performance.now() < next) return;
      next = performance.now() + 200;
      shown = true;
      const share = of === undefined || of === 0 ? "" : `, ${Math.floor((100 * done) / of)} %`;
      stderr.write(liveRow(`${what}: ${(done / 1_048_576).toFixed(1)} MiB${share}`, stderr));
    },
    clear() {
      if (shown) stderr.write(eraseRow);
      shown = false;
    },
  };
}
