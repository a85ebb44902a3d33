import type { Socket } from "node:net";
import type { WebSocket } from "ws";

export interface Pressure {
  /** Call after every write, and when a compressed one has left. */
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
  // Node owes a drain event only above its own mark, which the limit could be set below.
  const mark = Math.max(highWater, socket.writableHighWaterMark);
  let congested = false;
  const check = (): void => {
    // With what waits for compression.
    const waiting = webSocket.bufferedAmount;
    if (congested ? waiting > 0 : waiting <= mark) return;
    congested = !congested;
    onChange(congested);
  };
  socket.on("drain", check);
  return { check };
}
