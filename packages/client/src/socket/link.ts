import type { ClientEvent } from "@wsecho/protocol";
import type { Socket, SocketListener, Transport } from "./transport.ts";

/** The session's present socket, if any: a socket that was let go of is never heard again. */
export interface Link {
  readonly open: (protocols: readonly string[]) => void;
  readonly send: (data: string | Uint8Array) => void;
  readonly close: (code: number, reason: string) => void;
  readonly drop: () => void;
  /** Holds back the server, where the transport can. Forgotten with the socket. */
  readonly setPaused: (paused: boolean) => void;
  readonly paused: () => boolean;
}

export interface LinkHost {
  readonly url: string;
  readonly transport: Transport;
  readonly dispatch: (event: ClientEvent) => void;
  /** An open connection ended; called before the event that says so. */
  readonly closed: (code: number, reason: string) => void;
}

interface Current {
  socket: Socket | null;
  opened: boolean;
  paused: boolean;
}

export function createLink({ url, transport, dispatch, closed }: LinkHost): Link {
  let current: Current | null = null;

  function open(protocols: readonly string[]): void {
    const mine: Current = { socket: null, opened: false, paused: false };
    current = mine;
    const ifCurrent =
      <A extends readonly unknown[]>(act: (...args: A) => void) =>
      (...args: A): void => {
        if (current === mine) act(...args);
      };
    const listener: SocketListener = {
      opened: ifCurrent((protocol: string) => {
        dispatch({ type: "socketOpened", protocol });
        // After the machine took it: one that it will not have was never open for anybody.
        mine.opened = true;
      }),
      message: ifCurrent((frame) => dispatch({ type: "frame", frame })),
      closed: ifCurrent((code: number, reason: string, detail?: string) => {
        current = null;
        if (mine.opened) closed(code, reason);
        dispatch({
          type: "socketClosed",
          code,
          reason,
          ...(detail === undefined ? {} : { detail }),
        });
      }),
    };
    try {
      mine.socket = transport(url, protocols, listener);
    } catch (error) {
      listener.closed(1006, "", error instanceof Error ? error.message : String(error));
    }
  }

  return {
    open,
    send: (data) => current?.socket?.send(data),
    close: (code, reason) => current?.socket?.close(code, reason),
    drop: () => {
      const dropped = current;
      current = null;
      dropped?.socket?.drop();
      if (dropped?.opened === true) closed(1006, "");
    },
    paused: () => current?.paused ?? false,
    setPaused: (paused) => {
      if (current?.socket?.pause === undefined || current.paused === paused) return;
      current.paused = paused;
      if (paused) current.socket.pause();
      else current.socket.resume?.();
    },
  };
}
