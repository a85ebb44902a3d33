import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import { onTestFinished } from "vitest";

/** The servers' own ends of all connections from now on, oldest first. */
export function serverSockets(): readonly Socket[] {
  const sockets: Socket[] = [];
  const take = (message: unknown): void => {
    sockets.push((message as { readonly socket: Socket }).socket);
  };
  subscribe("net.server.socket", take);
  onTestFinished(() => void unsubscribe("net.server.socket", take));
  return sockets;
}
