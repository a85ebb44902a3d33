/**
 * A process of peers that send and never read: in that of the others' load, what the flood costs its
 * sender would count as the server's. The flood has the lowest priority, for the same reason.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import type { Socket } from "node:net";
import { setPriority } from "node:os";
import { fileURLToPath } from "node:url";
import { openConnection } from "../connection.ts";
import { clientFrame } from "../frames.ts";
import type { PeerSpec } from "../peer.ts";

export interface FloodOrder {
  readonly port: number;
  readonly spec: Pick<PeerSpec, "language" | "login">;
  readonly readers: number;
  /** Of all of them together, bytes a second. */
  readonly rate: number;
}

export interface Flooder extends AsyncDisposable {
  /** Begins; each sends as long as the server reads it. */
  readonly flood: () => Promise<void>;
  /** Until nothing can be sent any more: who is read no more fills the system's buffers after that. */
  readonly full: () => Promise<void>;
  /** Lets them see their end, and waits until all have. */
  readonly ended: () => Promise<void>;
}

/** Resolves when all are logged in, and say nothing yet. */
export async function startFlooder(order: FloodOrder): Promise<Flooder> {
  const child = fork(fileURLToPath(import.meta.url), {
    execArgv: ["--conditions=@wsecho/source"],
  });
  const exited = once(child, "exit");
  const ask = async (what: FloodOrder | Step): Promise<void> => {
    const answer = once(child, "message");
    child.send(what);
    const ended = exited.then(() => Promise.reject(new Error("the flooder has ended by itself")));
    await Promise.race([answer, ended]);
  };
  await ask(order);
  return {
    flood: () => ask("flood"),
    full: () => ask("full"),
    ended: () => ask("resume"),
    [Symbol.asyncDispose]: async () => {
      child.disconnect();
      await exited;
    },
  };
}

type Step = "flood" | "full" | "resume";

const chunk = clientFrame("x".repeat(64 * 1024));

/** How often the rate is shared out; ms. */
const tickMs = 5;

/** All are full where none of them could be written to for as long; ms. */
const fullMs = 500;

/** A few at a time: no server's backlog takes hundreds. */
export async function openMany(
  count: number,
  open: () => Promise<Socket>,
): Promise<readonly Socket[]> {
  const all: Socket[] = [];
  while (all.length < count)
    all.push(
      ...(await Promise.all(Array.from({ length: Math.min(32, count - all.length) }, open))),
    );
  return all;
}

/**
 * Gives whoever can be written to a message in turn, so that nothing piles up on our side. Resolves when
 * nobody can be any more.
 */
function flood(sockets: readonly Socket[], rate: number): Promise<void> {
  const full = Promise.withResolvers<undefined>();
  const began = performance.now();
  let wroteAt = began;
  let sent = 0;
  let next = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    const due = ((now - began) / 1000) * rate;
    // Who is not read is passed over; where nobody is, nothing is owed later.
    for (let passed = 0; sent < due && passed < sockets.length; next++) {
      const socket = sockets[next % sockets.length];
      if (socket?.writable !== true || socket.writableLength > 0) passed += 1;
      else {
        socket.write(chunk);
        sent += chunk.length;
        passed = 0;
        wroteAt = now;
      }
    }
    sent = Math.max(sent, due);
    if (now - wroteAt > fullMs) full.resolve(undefined);
    if (sockets.every((socket) => socket.destroyed)) clearInterval(timer);
  }, tickMs);
  return full.promise;
}

function serve(): void {
  let sockets: readonly Socket[] = [];
  let rate = 0;
  let closings: readonly Promise<unknown>[] = [];
  let full = Promise.resolve();
  const obey = async (what: FloodOrder | Step): Promise<void> => {
    if (what === "flood") {
      // Not before: who logs in as slowly as that on a busy machine is cut off by the server.
      setPriority(19);
      full = flood(sockets, rate);
    } else if (what === "full") {
      await full;
    } else if (what === "resume") {
      // A paused socket does not see its end.
      for (const socket of sockets) socket.resume();
      await Promise.all(closings);
    } else {
      const { port, spec, readers } = what;
      ({ rate } = what);
      sockets = await openMany(readers, () => openConnection(port, spec));
      closings = sockets.map((socket) => new Promise((closed) => socket.once("close", closed)));
    }
    process.send?.("done");
  };
  process.on("disconnect", () => process.exit());
  // What fails ends the process, which its parent waits for, too.
  process.on("message", (what: FloodOrder | Step) => void obey(what));
}

if (import.meta.main && process.send !== undefined) serve();
