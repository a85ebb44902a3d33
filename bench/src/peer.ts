import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { pinned } from "./cores.ts";
import type { Usage } from "./probe.ts";

/** What is measured: a server program and what it says to one text. */
export interface PeerSpec {
  readonly name: string;
  readonly runtime: "node" | "python";
  readonly args: readonly string[];
  /** `bare`: WebSocket, nobody asks who is there. `tcp`: not even frames. */
  readonly language: "bare" | "plain" | "v1" | "tcp";
  /** Sent first on each connection, and the text that must come back; absent where nobody asks. */
  readonly login?: { readonly send: string; readonly expect: string };
  /** What stands before the echoed text. */
  readonly prefix: string;
}

export interface Peer {
  readonly spec: PeerSpec;
  readonly port: number;
  /** `memory` collects garbage first. */
  readonly usage: (what?: "usage" | "memory") => Promise<Usage>;
  readonly stop: () => Promise<void>;
}

export const python = process.env["WSECHO_PYTHON"] ?? "python3";

const probe = new URL("./probe.ts", import.meta.url).href;

/** Starts the server on the first core and waits for the line with its URL. */
export async function startPeer(spec: PeerSpec): Promise<Peer> {
  const program: readonly [string, ...string[]] =
    spec.runtime === "node"
      ? [process.execPath, "--expose-gc", "--import", probe, ...spec.args]
      : [python, ...spec.args];
  const [command, ...args] = pinned(0, program);
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe", "ipc"] });
  const port = await readPort(child, spec.name);
  return {
    spec,
    port,
    usage: async (what = "usage") => {
      if (spec.runtime !== "node") return processUsage(child.pid ?? 0);
      const answer = once(child, "message") as Promise<[Usage]>;
      child.send(what);
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

/** Of a program that cannot be asked: in the system's ticks of 10 ms. */
function processUsage(pid: number): Usage {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .map(Number);
  const [user = 0, system = 0] = fields.slice(11, 13);
  return { cpuUs: (user + system) * 10_000, rssBytes: (fields[21] ?? 0) * 4096 };
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
