import type { WebSocket } from "ws";

/**
 * Whether the peer has begun a frame or a message and not finished it. The library does not tell, so
 * this looks where it decodes. A test fails where it decodes elsewhere.
 */
export function isInsideMessage(webSocket: WebSocket): boolean {
  const { _receiver: receiver } = webSocket as unknown as Internals;
  return (
    receiver._state !== betweenFrames || receiver._bufferedBytes > 0 || receiver._fragmented > 0
  );
}

const betweenFrames = 0;

/** As of ws 8.23. */
interface Internals {
  readonly _receiver: {
    /** What is decoded next; 0 is a frame's first two bytes. */
    readonly _state: number;
    readonly _bufferedBytes: number;
    /** The opcode of the message whose next fragment is awaited; 0 where there is none. */
    readonly _fragmented: number;
  };
}
