/** What the decoder keeps in memory. More than that is counted, said in a note, and skipped. */
export interface WireLimits {
  /** Bytes of one HTTP head or body. */
  readonly head: number;
  /** Payload bytes of one frame. */
  readonly frame: number;
  /** Bytes of one uncompressed message. */
  readonly message: number;
  /** Bytes of one message after inflation; inflating goes on to eight times as much, for the window. */
  readonly inflated: number;
  /** Bytes that wait: of a client before its answer, and of a stream whose frames are looked for. */
  readonly pending: number;
}

/** Memory per connection stays below twice their sum, and the two windows of 32 KiB. */
export const defaultWireLimits: WireLimits = {
  head: 65_536,
  frame: 1_048_576,
  message: 4_194_304,
  inflated: 4_194_304,
  pending: 262_144,
};
