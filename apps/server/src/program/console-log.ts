import { destination, pino, stdTimeFunctions, type DestinationStream } from "pino";
import { printable, type Log } from "../log.ts";

/** A log whose level can be changed. */
export interface ConsoleLog extends Log {
  readonly setLevel: (level: string) => void;
}

/** Of a pipe that several processes write to, no more comes in one piece (PIPE_BUF on Linux). */
const wholeLinesBytes = 4096;

/**
 * The program's log on stderr: one JSON object a line, or a shorter line for a person at a
 * terminal.
 *
 * @param level a pino level, or `silent`
 */
export function createConsoleLog(level: string, terminal: boolean): ConsoleLog {
  const logger = pino(
    { level, base: null, timestamp: stdTimeFunctions.isoTime },
    // Written by another thread, so that a reader who stops reading does not stop the server.
    terminal ? terminalStream : destination({ dest: 2, sync: false, maxWrite: wholeLinesBytes }),
  );
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
    setLevel(next) {
      logger.level = next;
    },
  };
}

const terminalStream: DestinationStream = {
  write: (line) => process.stderr.write(`${terminalLine(line)}\n`),
};

/** `12:00:00 info  [3] login accepted user="ada"`; nothing in a value can act on a terminal. */
export function terminalLine(line: string): string {
  const { time, level, msg, conn, err, ...facts } = JSON.parse(line) as Record<string, unknown>;
  const label = pino.levels.labels[Number(level)] ?? "";
  const head = [String(time).slice(11, 19), label.padEnd(5)];
  if (conn !== undefined) head.push(`[${JSON.stringify(conn)}]`);
  head.push(String(msg));
  for (const [name, value] of Object.entries({ ...facts, ...errorFact(err) }))
    head.push(`${name}=${printable(JSON.stringify(value), 4000)}`);
  return head.join(" ");
}

function errorFact(error: unknown): object {
  return typeof error === "object" && error !== null && "stack" in error
    ? { error: error.stack }
    : {};
}
