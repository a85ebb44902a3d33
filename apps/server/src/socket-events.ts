import { Socket } from "node:net";
import { WebSocket } from "ws";
import { violationOf, type Violation } from "./violation.ts";

/** What happens on a connection, told to the one that it is about. */
export interface SocketEvents {
  onMessage(data: Buffer, isBinary: boolean): void;
  onPing(data: Buffer): void;
  onPong(data: Buffer): void;
  /** The peer's frames are at fault. The connection can still be closed with a reason. */
  onViolation(violation: Violation): void;
  onError(error: Error): void;
  /** Replies were written. */
  onFlushed(): void;
  /** What had to wait has left. */
  onDrain(): void;
  onClose(code: number, reason: Buffer): void;
}

/** Who wants to know when a connection is gone for good, whoever answers on it. */
export interface Owner {
  onGone(code: number): void;
}

/** Where a TCP socket's listener finds its WebSocket. */
const webSocketOf = Symbol("webSocket");

type Linked = Socket & { [webSocketOf]?: EventfulSocket };

/**
 * A WebSocket that tells one object what happens to it. Listeners of its own for each connection, with
 * the tables that they stand in, would be half of what an idle one costs.
 */
export class EventfulSocket extends WebSocket {
  protected events: SocketEvents | null = null;
  protected owner: Owner | null = null;

  /** To be called before the first event. */
  listen(tcp: Socket, events: SocketEvents): void {
    this.events = events;
    (tcp as Linked)[webSocketOf] = this;
    tcp.on("drain", onDrain);
    // The library ends a socket twice, and Node makes an error of the second time that nobody sees.
    tcp.end = endOnce;
  }

  /** `close` and `message` are heard by listeners, too. */
  override emit(event: string | symbol, first?: unknown, second?: unknown): boolean {
    const { events } = this;
    if (event === "close") {
      events?.onClose(first as number, second as Buffer);
      this.owner?.onGone(first as number);
    }
    if (events === null) return super.emit(event, first, second);
    switch (event) {
      case "message":
        events.onMessage(first as Buffer, second as boolean);
        // Hardly ever anybody: the heartbeat, where it has found the peer inside of a message.
        if (this.listenerCount("message") > 0) break;
        return true;
      case "ping":
        events.onPing(first as Buffer);
        return true;
      case "pong":
        events.onPong(first as Buffer);
        return true;
      case "error":
        events.onError(first as Error);
        return true;
    }
    return super.emit(event, first, second);
  }

  /** The decoder has found a fault, and the library will close because of it. */
  onFault(error: Error): void {
    const violation = violationOf(error);
    if (violation !== undefined) this.events?.onViolation(violation);
  }

  onDrain(): void {
    this.events?.onDrain();
  }
}

function endOnce(this: Socket, ...args: unknown[]): Socket {
  return this.writableEnded ? this : Socket.prototype.end.apply(this, args as [string]);
}

function onDrain(this: Linked): void {
  this[webSocketOf]?.onDrain();
}
