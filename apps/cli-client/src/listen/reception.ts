import type { IncomingMessage } from "node:http";
import type { WebSocket } from "ws";
import type { Message } from "@wsecho/client";
import { encodeEvent, type EventLine } from "@wsecho/protocol/events";
import { meantBy } from "../connection/decoy.ts";
import type { ExitName } from "../exit.ts";
import { describeClose, exitOfClose } from "../explain.ts";
import type { Output } from "../output.ts";
import { createRecorder, type Recorder } from "../recorder.ts";
import { createStats, type Stats } from "../stats.ts";
import { createClients, describeClient, type Client, type Clients } from "./clients.ts";
import type { ListenOptions } from "./options.ts";

export interface ReceptionOptions {
  readonly options: ListenOptions;
  readonly output: Output;
  /** A person is there, who asked for the pongs that come. */
  readonly interactive: boolean;
  readonly leave: (exit: ExitName) => void;
  readonly leaving: () => boolean;
}

/** Takes clients in, and shows what they send and how they leave. */
export interface Reception {
  readonly clients: Clients;
  readonly stats: Stats;
  readonly admits: () => boolean;
  readonly onClient: (socket: WebSocket, request: IncomingMessage) => void;
}

/** More than this unread by a client keeps its own messages waiting, in bytes. */
const maxUnread = 1024 * 1024;

export function createReception(reception: ReceptionOptions): Reception {
  const { options, output, interactive, leave, leaving } = reception;
  const { once = false, echo = false, json = false } = options;
  const { info, problem } = output;
  const stats = createStats();
  const recorders = new Map<Client, Recorder>();
  let wanted = options.count ?? Infinity;
  let came = false;

  const onControl = (
    client: Client,
    type: "ping" | "pong",
    dir: "in" | "out",
    data: Uint8Array,
  ): void => {
    recorders.get(client)?.control(type, dir, data);
    const words = Buffer.from(data).toString();
    if (options.showControl === true || (interactive && type === "pong" && dir === "in"))
      info(`${client.number}${dir === "in" ? "<" : ">"} ${type} ${words}`.trimEnd());
  };
  const clients = createClients({
    timeoutMs: options.timeout * 1000,
    onDeaf: ({ number }) =>
      problem(`Client ${number} reads nothing for ${options.timeout} s, and is cut off.`),
    onSent: (client, message) => {
      if (message.kind === "ping" || message.kind === "pong")
        onControl(client, message.kind, "out", message.data);
      if (message.kind !== "text" && message.kind !== "binary") return;
      // Nothing answers it, so its number says nothing.
      const sent = { type: "sent", id: 0, payload: message, resent: false } as const;
      recorders.get(client)?.take(sent);
      stats.take(sent);
    },
  });
  const show = async (client: Client, message: Message): Promise<void> => {
    stats.received(message);
    const recorder = recorders.get(client);
    if (recorder === undefined) await output.message(message, `${client.number}<`);
    else await output.line(encodeEvent(recorder.received(message)));
  };
  const onMessage = (client: Client, data: Buffer, isBinary: boolean): void => {
    if (wanted === 0) return;
    wanted -= 1;
    const { socket } = client;
    const message: Message = isBinary
      ? { kind: "binary", data }
      : { kind: "text", text: data.toString() };
    const handled = [show(client, message)];
    if (echo) handled.push(clients.send(client, message));
    if (wanted === 0) leave("ok");
    if (!output.blocked() && socket.bufferedAmount < maxUnread) return;
    // Read no faster than our reader takes it, and than the client takes its echoes.
    socket.pause();
    void Promise.all(handled).then(() => socket.resume());
  };
  return {
    clients,
    stats,
    admits: () => (once ? !came : clients.size < options.maxConnections),
    onClient: (socket, request) => {
      came = true;
      const client = clients.add(socket, request);
      if (json) {
        const write = (event: EventLine): void => void output.line(encodeEvent(event));
        const recorder = createRecorder(write, Date.now, client.number);
        recorders.set(client, recorder);
        recorder.opened(meantBy(socket.protocol));
      }
      info(`Client ${describeClient(client)}.`);
      socket.on("message", (data: Buffer, isBinary) => onMessage(client, data, isBinary));
      socket.on("ping", (data: Buffer) => onControl(client, "ping", "in", data));
      socket.on("pong", (data: Buffer) => onControl(client, "pong", "in", data));
      socket.on("error", (error) => problem(`Client ${client.number}: ${error.message}.`));
      socket.on("close", (code, reason) => {
        const words = reason.toString();
        recorders.get(client)?.take({ type: "closed", code, reason: words });
        recorders.delete(client);
        if (!leaving()) info(`${describeClose(code, words, `Client ${client.number}`)}.`);
        if (once) leave(exitOfClose(code, true));
      });
    },
  };
}
