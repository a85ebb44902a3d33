/** A stream of bytes whose first line may be taken off before the rest is read. */
export interface ByteInput extends AsyncIterable<Uint8Array> {
  /** The first line, without its line feed; `undefined` at the end of the input. */
  readonly firstLine: () => Promise<string | undefined>;
}

export function createByteInput(chunks: AsyncIterable<Uint8Array>): ByteInput {
  const iterator = chunks[Symbol.asyncIterator]();
  let held: Uint8Array[] = [];
  return {
    firstLine: async () => {
      let line = Buffer.alloc(0);
      for (;;) {
        const next = await iterator.next();
        if (next.done === true) return line.length === 0 ? undefined : line.toString();
        line = Buffer.concat([line, next.value]);
        const end = line.indexOf(10);
        if (end < 0) continue;
        held = [line.subarray(end + 1)];
        return line.subarray(0, end).toString();
      }
    },
    async *[Symbol.asyncIterator]() {
      yield* held;
      for (;;) {
        const next = await iterator.next();
        if (next.done === true) return;
        yield next.value;
      }
    },
  };
}
