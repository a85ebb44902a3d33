/** A line longer than this is no message that a server would take; it is refused, not kept. */
export const maxLineBytes = 16 * 1024 * 1024;

const lineFeed = 10;

/** Input that cannot be sent as it is. The lines before it are good. */
export class InputError extends Error {
  override readonly name = "InputError";
}

/**
 * Cuts a stream of bytes at `end`, which is in no piece; `null` keeps it whole. A last piece without
 * its end counts, except an empty one. Reads on only when asked for the next piece, so
 * back-pressure reaches the writer.
 *
 * @throws InputError at a piece that is too long
 */
export async function* splitPieces(
  chunks: AsyncIterable<Uint8Array>,
  end: number | null = lineFeed,
  limit: number = maxLineBytes,
): AsyncGenerator<Uint8Array, void, undefined> {
  let number = 0;
  let parts: Uint8Array[] = [];
  let size = 0;

  const finish = (): Uint8Array => {
    number += 1;
    const [first] = parts;
    const piece = parts.length === 1 && first !== undefined ? first : Buffer.concat(parts);
    parts = [];
    size = 0;
    return piece;
  };
  const keep = (part: Uint8Array): void => {
    parts.push(part);
    size += part.byteLength;
    if (size > limit)
      throw new InputError(`Line ${number + 1} of the input is longer than ${limit} bytes`);
  };

  for await (const chunk of chunks) {
    let start = 0;
    for (
      let at = end === null ? -1 : chunk.indexOf(end);
      at >= 0 && end !== null;
      at = chunk.indexOf(end, start)
    ) {
      keep(chunk.subarray(start, at));
      yield finish();
      start = at + 1;
    }
    if (start < chunk.byteLength) keep(chunk.subarray(start));
  }
  if (size > 0) yield finish();
}

/**
 * Cuts a stream of bytes into lines, each without its line feed. Only a line feed ends a line: a
 * carriage return stays, so that what goes out is what came in.
 *
 * @throws InputError at a line that is not UTF-8 or is too long
 */
export async function* splitLines(
  chunks: AsyncIterable<Uint8Array>,
  limit: number = maxLineBytes,
): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let number = 0;
  for await (const piece of splitPieces(chunks, lineFeed, limit)) {
    number += 1;
    let line: string;
    try {
      line = decoder.decode(piece);
    } catch {
      throw new InputError(`Line ${number} of the input is not valid UTF-8, so it is no text`);
    }
    yield line;
  }
}
