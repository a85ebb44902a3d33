import type { Socket } from "node:net";
import type { WebSocket } from "ws";

export interface Pressure {
  /** Call after every write. */
  check(): void;
}

/**
 * Watches whether the peer reads what is written for it. `onChange(true)` when more than
 * `highWater` bytes wait, `onChange(false)` when all of them have left.
 */
export function watchPressure(
  webSocket: WebSocket,
  socket: Socket,
  highWater: number,
  onChange: (congested: boolean) => void,
): Pressure {
  let congested = false;
  socket.on("drain", () => {
    if (!congested) return;
    congested = false;
    onChange(false);
  });
  return {
    check() {
      // Node owes a drain event only above its own mark, which the limit could be set below.
      const mark = Math.max(highWater, socket.writableHighWaterMark);
      if (congested || webSocket.bufferedAmount <= mark) return;
      congested = true;
      onChange(true);
    },
  };
}
