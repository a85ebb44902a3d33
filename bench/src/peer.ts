import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { pinned } from "./cores.ts";
import type { Usage } from "./probe.ts";

/** What is measured: a server program and what it says to one text. */
export interface PeerSpec {
  readonly name: string;
  readonly args: readonly string[];
  /** Sent first on each connection, and the text that must come back; absent where nobody asks. */
  readonly login?: { readonly send: string; readonly expect: string };
  /** What stands before the echoed text. */
  readonly prefix: string;
}

export interface Peer {
  readonly spec: PeerSpec;
  readonly port: number;
  readonly usage: () => Promise<Usage>;
  readonly stop: () => Promise<void>;
}

const probe = new URL("./probe.ts", import.meta.url).href;

/** Starts the server on the first core and waits for the line with its URL. */
export async function startPeer(spec: PeerSpec): Promise<Peer> {
  const [command, ...args] = pinned(0, [process.execPath, "--import", probe, ...spec.args]);
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe", "ipc"] });
  const port = await readPort(child, spec.name);
  return {
    spec,
    port,
    usage: async () => {
      const answer = once(child, "message") as Promise<[Usage]>;
      child.send("usage");
      return (await answer)[0];
    },
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, "exit");
      child.kill("SIGKILL");
      await exit;
    },
  };
}

async function readPort(child: ChildProcess, name: string): Promise<number> {
  if (child.stdout === null || child.stderr === null) throw new Error("the server has no pipes");
  const errors: string[] = [];
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    if (errors.length < 50) errors.push(text);
  });
  for await (const line of createInterface(child.stdout)) {
    const port = /ws:\/\/[^:/]+:(\d+)/.exec(line)?.[1];
    if (port !== undefined) {
      child.stdout.resume();
      return Number(port);
    }
  }
  throw new Error(`${name} ended before it printed its URL:\n${errors.join("")}`);
}
