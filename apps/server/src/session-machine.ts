import {
  EffectLoop,
  type ServerEffect,
  type ServerEvent,
  type ServerOptions,
  type ServerState,
} from "@wsecho/protocol";
import { createServerState, echoesFrom, transitionServer } from "@wsecho/protocol/server";
import { empty, type QuickEcho } from "./quick-echo.ts";
import { opcodes, type ReplySocket } from "./reply-socket.ts";

/**
 * The session's machine, and the short way past it. While a session is ready and every message is
 * answered by itself, asking the machine about each would only say so again. `echoesFrom` says when
 * that is; the answers are the same bytes either way, which a test shows for whatever a peer may send.
 */
export abstract class SessionMachine extends EffectLoop<ServerState, ServerEvent, ServerEffect> {
  protected readonly webSocket: ReplySocket;
  protected readonly options: ServerOptions;
  readonly #quickEcho: QuickEcho | null;
  /** The id of the newest submit; `null` where the machine is to be asked. */
  #lastId: number | null = null;
  /** Messages were answered that the machine has not been told of. */
  #echoed = false;

  /** @param quickEcho `null` where messages are answered by more than themselves */
  constructor(webSocket: ReplySocket, options: ServerOptions, quickEcho: QuickEcho | null) {
    super(createServerState(options), transitionServer);
    this.webSocket = webSocket;
    this.options = options;
    this.#quickEcho = quickEcho;
  }

  override dispatch(event: ServerEvent): void {
    this.settle();
    super.dispatch(event);
    this.#lastId = this.#quickEcho === null ? null : echoesFrom(this.state());
  }

  /** Tells the machine what it was not asked about. To be called before the end of each turn. */
  protected settle(): void {
    if (!this.#echoed || this.#lastId === null) return;
    this.#echoed = false;
    const { dialect, limits } = this.options;
    this.perform({ type: "startTimer", name: "idle", ms: limits.idleTimeoutMs });
    // Only v1 has ids.
    if (dialect === "v1") super.dispatch({ type: "echoed", lastId: this.#lastId });
  }

  /** A whole message of the peer. */
  protected take(data: Buffer, isBinary: boolean): void {
    if (this.#echo(data, isBinary)) return;
    this.dispatch({
      type: "frame",
      frame: isBinary
        ? { type: "binary", data }
        : { type: "text", text: data.toString(), bytes: data.length },
    });
  }

  #echo(data: Buffer, isBinary: boolean): boolean {
    const quickEcho = this.#quickEcho;
    const lastId = this.#lastId;
    if (quickEcho === null || lastId === null) return false;
    if (data.length > this.options.limits.maxMessageBytes) return false;
    if (isBinary) this.webSocket.reply(opcodes.binary, empty, data);
    else {
      const id = quickEcho(this.webSocket, data, lastId);
      if (id < 0) return false;
      this.#lastId = id;
    }
    this.#echoed = true;
    return true;
  }
}
