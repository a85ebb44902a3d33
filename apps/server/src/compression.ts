import { constants } from "node:zlib";
import type { PerMessageDeflateOptions } from "ws";

/** How many messages are deflated or inflated at a time, in the whole process: it has four threads. */
const concurrency = 4;

/**
 * permessage-deflate (RFC 7692), made cheap to refuse and to hold: no window is kept between
 * messages on either side, the fastest level, and a message is inflated no further than it may be
 * long. Small messages go as they are.
 */
export function compressionOf(thresholdBytes: number): PerMessageDeflateOptions {
  return {
    serverNoContextTakeover: true,
    clientNoContextTakeover: true,
    threshold: thresholdBytes,
    concurrencyLimit: concurrency,
    zlibDeflateOptions: { level: constants.Z_BEST_SPEED },
  };
}
