import type { Socket } from "node:net";
import type { ServerEffect } from "@wsecho/protocol";
import { Echo, type EchoParts } from "../echo-path.ts";
import { Session, type SessionParts } from "../session.ts";
import type { FaultySocket } from "./faulty-socket.ts";

/** A session that tells its socket what was answered, and keeps the pongs of v1 to itself where asked. */
export class FaultySession extends Session {
  readonly #socket: FaultySocket;

  constructor(webSocket: FaultySocket, socket: Socket, parts: SessionParts) {
    super(webSocket, socket, parts);
    this.#socket = webSocket;
  }

  protected override perform(effect: ServerEffect): void {
    const message = effect.type === "send" ? effect.message : null;
    if (message?.type === "pong" && this.#socket.faults.noPong === true) return;
    super.perform(effect);
    if (effect.type === "note" && effect.note.kind === "accepted" && !effect.note.renewed)
      this.#socket.loggedIn();
    const answers =
      message?.type === "echo" || (message?.type === "error" && message.id !== undefined);
    if (answers || effect.type === "sendBinary") this.#socket.answered();
  }
}

/** The same for pure echo. */
export class FaultyEcho extends Echo {
  readonly #socket: FaultySocket;

  constructor(webSocket: FaultySocket, socket: Socket, parts: EchoParts) {
    super(webSocket, socket, parts);
    this.#socket = webSocket;
  }

  override start(socket: Socket): void {
    super.start(socket);
    this.#socket.loggedIn();
  }

  override onMessage(data: Buffer, isBinary: boolean): void {
    super.onMessage(data, isBinary);
    this.#socket.answered();
  }
}
