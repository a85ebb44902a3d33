import { closeSync, fchmodSync, fstatSync, openSync, writeSync } from "node:fs";
import type { Message, SessionEvent } from "@wsecho/client";
import { failure, success, type Result } from "@wsecho/protocol";
import { encodeEvent, type EventLine } from "@wsecho/protocol/events";
import type { ControlFrame } from "./control.ts";
import { createRecorder } from "./recorder.ts";

/** Event lines on stdout (`--json`) and in a file (`--record`, `/record`), of the same moments. */
export interface Recording {
  readonly opened: (subprotocol: string) => void;
  readonly take: (event: SessionEvent) => void;
  readonly control: (frame: ControlFrame) => void;
  readonly failed: (code: number, reason: string) => void;
  /** Writes a message that came to the file. @returns its line for stdout, where one is wanted */
  readonly received: (message: Message) => string | null;
  /** Goes on in this file instead of the one before. */
  readonly start: (path: string) => Result<undefined, string>;
  /** @returns whether there was a file */
  readonly stop: () => boolean;
}

/**
 * @param print `null` where stdout gets no events
 * @param onBroken where the file takes no more, as on a full disk; the recording has ended then
 */
export function createRecording(
  print: ((line: string) => void) | null,
  now: () => number,
  onBroken: (problem: string) => void,
): Recording {
  let file: number | null = null;
  const keep = (line: string): void => {
    if (file === null) return;
    try {
      writeSync(file, `${line}\n`);
    } catch (error) {
      stop();
      onBroken((error as Error).message);
    }
  };
  const write = (event: EventLine): void => {
    const line = encodeEvent(event);
    print?.(line);
    keep(line);
  };
  const recorder = createRecorder(write, now);
  const wanted = (): boolean => print !== null || file !== null;
  const stop = (): boolean => {
    if (file === null) return false;
    closeSync(file);
    file = null;
    return true;
  };
  return {
    // Counts the connections, so it is told of each.
    opened: (subprotocol) => recorder.opened(subprotocol),
    take: (event) => {
      if (wanted()) recorder.take(event);
    },
    control: ({ type, dir, data }) => {
      if (wanted()) recorder.control(type, dir, data);
    },
    failed: (code, reason) => recorder.failed(code, reason),
    received: (message) => {
      if (!wanted()) return null;
      const line = encodeEvent(recorder.received(message));
      keep(line);
      return print === null ? null : line;
    },
    start: (path) => {
      const opened = openOwn(path);
      if (!opened.ok) return opened;
      stop();
      file = opened.value;
      return success(undefined);
    },
    stop,
  };
}

/** Only its owner may read it: messages can hold anything. */
function openOwn(path: string): Result<number, string> {
  try {
    const fd = openSync(path, "a", 0o600);
    // A pipe or a device belongs to others, too.
    if (fstatSync(fd).isFile()) fchmodSync(fd, 0o600);
    return success(fd);
  } catch (error) {
    return failure((error as Error).message);
  }
}
