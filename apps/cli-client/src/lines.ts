/** A line longer than this is no message that a server would take; it is refused, not kept. */
export const maxLineBytes = 16 * 1024 * 1024;

/** Input that cannot be sent as it is. The lines before it are good. */
export class InputError extends Error {
  override readonly name = "InputError";
}

/**
 * Cuts a stream of bytes into lines, each without its line feed. Only a line feed ends a line: a
 * carriage return stays, so that what goes out is what came in. A last line without a line feed
 * counts. Reads on only when asked for the next line, so back-pressure reaches the writer.
 *
 * @throws InputError at a line that is not UTF-8 or is too long
 */
export async function* splitLines(
  chunks: AsyncIterable<Uint8Array>,
  limit: number = maxLineBytes,
): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let number = 0;
  let parts: Uint8Array[] = [];
  let size = 0;

  const finish = (): string => {
    number += 1;
    const line = parts.length === 1 ? parts[0] : Buffer.concat(parts);
    parts = [];
    size = 0;
    try {
      return decoder.decode(line);
    } catch {
      throw new InputError(`Line ${number} of the input is not valid UTF-8, so it is no text`);
    }
  };
  const keep = (part: Uint8Array): void => {
    parts.push(part);
    size += part.byteLength;
    if (size > limit)
      throw new InputError(`Line ${number + 1} of the input is longer than ${limit} bytes`);
  };

  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      keep(chunk.subarray(start, end));
      yield finish();
      start = end + 1;
    }
    if (start < chunk.byteLength) keep(chunk.subarray(start));
  }
  if (size > 0) yield finish();
}
