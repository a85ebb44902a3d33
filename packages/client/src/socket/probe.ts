import { decodeServerMessage, type Frame } from "@wsecho/protocol";
import type { Clock } from "../clock.ts";
import type { Socket, SocketListener, Transport } from "./transport.ts";

/**
 * A transport for finding out whether a server really speaks v1. Some libraries (`ws` without
 * `handleProtocols`) select whatever is offered first, so a plain server seems to have agreed and
 * then stays silent, as plain servers do. Hence a connection with a subprotocol counts as open
 * only once the server has spoken v1; otherwise it counts as failed, and the next dialect is tried.
 *
 * @param ms how long the server may take for its first word
 */
export function probing(transport: Transport, clock: Clock, ms: number): Transport {
  return (url, protocols, listener) => {
    if (protocols.length === 0) return transport(url, protocols, listener);
    let selected: string | null = null;
    let decided = false;
    let stopTimer = (): void => undefined;

    const accept = (): void => {
      stopTimer();
      decided = true;
      if (selected !== null) listener.opened(selected);
    };
    const refuse = (): void => {
      stopTimer();
      decided = true;
      socket.drop();
      listener.closed(1006, "", "the server agreed to wsecho.v1 but does not speak it");
    };
    const probe: SocketListener = {
      opened: (protocol) => {
        selected = protocol;
        // Another choice is for the machine to judge, at once.
        if (protocols.includes(protocol)) stopTimer = clock.after(ms, refuse);
        else accept();
      },
      message: (frame) => {
        if (!decided) {
          if (!isV1(frame)) {
            refuse();
            return;
          }
          accept();
        }
        listener.message(frame);
      },
      closed: (code, reason, detail) => {
        stopTimer();
        // A server that closes with a code has said why: that is for the machine.
        if (!decided && selected !== null && code !== 1006) accept();
        listener.closed(code, reason, detail);
      },
    };
    const inner = transport(url, protocols, probe);
    // One by one, as they may stand in a class.
    const socket: Socket = {
      send: (data) => inner.send(data),
      close: (code, reason) => inner.close(code, reason),
      drop: () => {
        stopTimer();
        inner.drop();
      },
      ...(inner.pause && { pause: () => inner.pause?.(), resume: () => inner.resume?.() }),
    };
    return socket;
  };
}

function isV1(frame: Frame): boolean {
  return frame.type === "text" && decodeServerMessage(frame.text).ok;
}
