import { once } from "node:events";
import type { Writable } from "node:stream";

/** Where results go: written no faster than they are read. */
export interface Sink {
  readonly write: (piece: string | Uint8Array) => Promise<void>;
  /** Nobody reads any more, as after `| head -1`. */
  readonly gone: () => boolean;
}

export function createSink(stream: Writable): Sink {
  let gone = false;
  stream.on("error", () => {
    gone = true;
  });
  return {
    gone: () => gone,
    async write(piece) {
      if (gone || piece.length === 0 || stream.write(piece)) return;
      // The end of the reader is a reason to go on, too.
      await Promise.race([once(stream, "drain"), once(stream, "close")]).catch(() => undefined);
    },
  };
}

/** After this time a person wants to know how long it will take. */
const patienceMs = 1000;

/** Says on a terminal how far a long work has come, in one line that is gone at the end. */
export function createProgress(what: string): {
  readonly show: (done: number, of: number | undefined) => void;
  readonly clear: () => void;
} {
  const { stderr } = process;
  let next = performance.now() + patienceMs;
  let shown = false;
  return {
    show(done, of) {
      // Rows on the same terminal would be mixed with it.
      if (!stderr.isTTY || process.stdout.isTTY || performance.now() < next) return;
      next = performance.now() + 200;
      shown = true;
      const share = of === undefined || of === 0 ? "" : `, ${Math.floor((100 * done) / of)} %`;
      stderr.write(`\r\u001b[K${what}: ${(done / 1_048_576).toFixed(1)} MiB${share}`);
    },
    clear() {
      if (shown) stderr.write("\r\u001b[K");
    },
  };
}
