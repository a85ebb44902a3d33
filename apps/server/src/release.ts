/** The collector makes short work of smaller ones. */
const minBytes = 16 * 1024;

/**
 * Gives the memory behind `bytes` back now, and leaves them empty. Left to the garbage collector,
 * every few dozen messages of a megabyte make it walk through the whole heap, which costs as much as
 * the messages do. Nobody may need the bytes any more. Nothing happens where they are few, or only a
 * part of a buffer, whose rest might be in use.
 */
export function release({ buffer, byteLength }: Uint8Array): void {
  if (byteLength >= minBytes && byteLength === buffer.byteLength && buffer instanceof ArrayBuffer)
    buffer.transfer(0);
}
