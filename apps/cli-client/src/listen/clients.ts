import type { IncomingMessage } from "node:http";
import type { WebSocket } from "ws";
import { closes } from "@wsecho/protocol";
import { meantBy } from "../connection/decoy.ts";
import { showHeader, showSubprotocol } from "../connection/headers.ts";
import type { Outgoing } from "../input/framing.ts";
import { showQuery } from "../target.ts";
import { addressOf } from "./listener.ts";

/** Somebody who is connected. */
export interface Client {
  /** Counted from 1. */
  readonly number: number;
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
  readonly address: string;
}

export interface ClientsOptions {
  /** A client that takes nothing for so long is cut off. */
  readonly timeoutMs: number;
  readonly onSent: (client: Client, message: Outgoing) => void;
  readonly onDeaf: (client: Client) => void;
}

/** Everybody who is connected. */
export interface Clients {
  readonly size: number;
  readonly add: (socket: WebSocket, request: IncomingMessage) => Client;
  /** All, or the one of a number; empty where there is no such. */
  readonly pick: (number: number | null) => readonly Client[];
  /** Resolves when the system took it, or the client is gone. */
  readonly send: (client: Client, message: Outgoing) => Promise<void>;
  /** Resolves when somebody is there. */
  readonly somebody: () => Promise<void>;
  /** Says goodbye to all; resolves when all are gone, whether they say goodbye or not. */
  readonly dismiss: () => Promise<void>;
}

const goodbyeMs = 1000;

export function createClients({ timeoutMs, onSent, onDeaf }: ClientsOptions): Clients {
  const present = new Map<number, Client>();
  let last = 0;
  const arrival = Promise.withResolvers<undefined>();

  const write = (client: Client, message: Outgoing, done: () => void): void => {
    const { socket } = client;
    switch (message.kind) {
      case "text":
        socket.send(message.text, done);
        break;
      case "binary":
        socket.send(message.data, { binary: true }, done);
        break;
      case "ping":
        socket.ping(message.data, undefined, done);
        break;
      case "pong":
        socket.pong(message.data, undefined, done);
        break;
      case "close":
        socket.close(message.code, message.reason);
        done();
    }
  };
  return {
    get size() {
      return present.size;
    },
    add: (socket, request) => {
      last += 1;
      const client = { number: last, socket, request, address: addressOf(request) };
      present.set(client.number, client);
      socket.on("close", () => present.delete(client.number));
      arrival.resolve(undefined);
      return client;
    },
    pick: (number) => {
      if (number === null) return [...present.values()];
      const client = present.get(number);
      return client === undefined ? [] : [client];
    },
    send: async (client, message) => {
      const { socket } = client;
      if (socket.readyState !== socket.OPEN) return;
      onSent(client, message);
      const taken = Promise.withResolvers<undefined>();
      const timer = setTimeout(() => {
        onDeaf(client);
        socket.terminate();
      }, timeoutMs);
      write(client, message, () => taken.resolve(undefined));
      await taken.promise;
      clearTimeout(timer);
    },
    somebody: () => arrival.promise,
    dismiss: async () => {
      const { code, reason } = closes.goingAway;
      const gone = [...present.values()].map(
        ({ socket }) =>
          new Promise((resolve) => {
            socket.on("close", resolve);
            socket.close(code, reason);
            setTimeout(() => socket.terminate(), goodbyeMs);
          }),
      );
      await Promise.all(gone);
    },
  };
}

/** `2 from 127.0.0.1:51234, /chat, subprotocol chat, page of https://example.org`. */
export function describeClient({ number, address, request, socket }: Client): string {
  const { origin } = request.headers;
  const subprotocol = meantBy(socket.protocol);
  return [
    `${number} from ${address}`,
    ...(request.url === undefined || request.url === "/"
      ? []
      : [request.url.replace(/\?.*/s, showQuery)]),
    ...(subprotocol === "" ? [] : [`subprotocol ${showSubprotocol(subprotocol)}`]),
    ...(origin === undefined ? [] : [`page of ${origin}`]),
  ].join(", ");
}

/** What a client sent with its handshake, without what is secret. */
export function describeHeaders({ number, request }: Client): string {
  const { rawHeaders } = request;
  const lines = rawHeaders.flatMap((name, at) =>
    at % 2 === 0 ? [showHeader(name, rawHeaders[at + 1] ?? "")] : [],
  );
  return [`client ${number}:`, ...lines].join("\n");
}
