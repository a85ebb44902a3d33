import { closeSync, createWriteStream, openSync, type WriteStream } from "node:fs";
import { once } from "node:events";
import type { Writable } from "node:stream";
import { failure, success, type Result } from "@wsecho/protocol";

/** Where results go. */
export interface Sink {
  /** Takes what comes live; whoever can wait does so by `ready`. */
  readonly push: (piece: string | Uint8Array) => void;
  /** Resolves when there is room, or nobody reads any more. */
  readonly ready: () => Promise<void>;
  /** Both: no faster than it is read. */
  readonly write: (piece: string | Uint8Array) => Promise<void>;
  /** Nobody reads any more, as after `| head -1`. */
  readonly gone: () => boolean;
}

export function createSink(stream: Writable, onGone: () => void = () => undefined): Sink {
  let gone = false;
  let room: PromiseWithResolvers<undefined> | null = null;
  const unblock = (): void => {
    room?.resolve(undefined);
    room = null;
  };
  stream.on("drain", unblock);
  // The end of the reader is a reason to go on, too.
  stream.on("close", unblock);
  stream.on("error", () => {
    if (gone) return;
    gone = true;
    unblock();
    onGone();
  });
  const push = (piece: string | Uint8Array): void => {
    if (!gone && piece.length > 0) stream.write(piece);
  };
  const ready = async (): Promise<void> => {
    if (gone || !stream.writableNeedDrain) return;
    room ??= Promise.withResolvers();
    await room.promise;
  };
  return {
    push,
    ready,
    write(piece) {
      push(piece);
      return ready();
    },
    gone: () => gone,
  };
}

/** A file for its owner alone: also a redacted capture has what people said. */
export function openFile(name: string, force: boolean): Result<WriteStream, string> {
  try {
    closeSync(openSync(name, force ? "w" : "wx", 0o600));
    return success(createWriteStream(name, { flags: "w", mode: 0o600 }));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return failure(
      code === "EEXIST"
        ? `${name} is there already: take another name, or --force`
        : `${name} cannot be written (${code ?? "unknown error"})`,
    );
  }
}

/**
 * Ends a file.
 *
 * @returns whether all of it was written
 */
export async function closeFile(stream: WriteStream): Promise<boolean> {
  stream.end();
  if (!stream.closed) await once(stream, "close").catch(() => undefined);
  return stream.errored === null;
}
