import type { Socket } from "node:net";
import type { Direction } from "@wsecho/wire";
import { maxMessage, type Engine } from "./engine.ts";

/** Microseconds since 1970, and never back. */
export const nowUs = (): number => Math.round((performance.timeOrigin + performance.now()) * 1000);

export interface Legs {
  /** To the client. */
  readonly near: Socket;
  /** To the server. */
  readonly far: Socket;
}

/** Carries bytes between two sockets. */
export interface Pump {
  readonly send: (dir: Direction, bytes: Uint8Array) => void;
  readonly endOut: (dir: Direction) => void;
  /** Begins, with what was read of the client already. */
  start(engine: Engine, first?: { readonly came: Uint8Array; readonly sent: Uint8Array }): void;
  readonly destroy: () => void;
  /** Looks whether a direction that was stopped may go on. */
  readonly relieve: () => void;
}

/**
 * Connects both legs. A leg is read no faster than the other takes what it sent, and not while more
 * waits for rules or a person than is kept of one message.
 */
export function createPump({ near, far }: Legs, onClosed: () => void): Pump {
  const from = { c2s: near, s2c: far } as const;
  const to = { c2s: far, s2c: near } as const;
  const directions = ["c2s", "s2c"] as const;
  let engine: Engine | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = 0;

  const mayRead = (dir: Direction): boolean =>
    !to[dir].writableNeedDrain && (engine?.waiting(dir) ?? 0) <= 2 * maxMessage;
  const relieve = (): void => {
    for (const dir of directions)
      if (mayRead(dir)) from[dir].resume();
      else from[dir].pause();
    clearTimeout(timer);
    const at = engine?.wakeAt();
    if (at !== undefined)
      timer = setTimeout(
        () => {
          engine?.tick(nowUs());
          relieve();
        },
        Math.max(1, (at - nowUs()) / 1000),
      );
  };
  const finish = (): void => {
    clearTimeout(timer);
    const running = engine;
    engine = undefined;
    running?.close(nowUs());
  };
  const destroy = (): void => {
    near.destroy();
    far.destroy();
    finish();
  };

  return {
    send: (dir, bytes) => {
      if (to[dir].writable) to[dir].write(bytes);
    },
    endOut: (dir) => to[dir].end(),
    relieve,
    destroy,
    start(running, first) {
      engine = running;
      for (const dir of directions) {
        const [source, sink] = [from[dir], to[dir]];
        source.on("data", (bytes: Buffer) => {
          running.push(dir, bytes, nowUs());
          relieve();
        });
        sink.on("drain", relieve);
        source.on("end", () => {
          running.end(dir, nowUs());
          relieve();
        });
        source.on("error", destroy);
        source.on("close", () => {
          closed += 1;
          if (closed === 1) {
            // A leg that broke takes the other with it; one that ended lets it say its last.
            if (source.errored !== null || !source.readableEnded) destroy();
            return;
          }
          finish();
          onClosed();
        });
      }
      if (first !== undefined) running.push("c2s", first.came, nowUs(), first.sent);
      relieve();
    },
  };
}
