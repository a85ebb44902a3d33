import { expect, test } from "vitest";
import { connectRaw, handshake, text, type RawPeer } from "./support/raw.ts";
import { programCommand, runCommand } from "./support/program.ts";
import { soon } from "./support/soon.ts";

/** What the program itself has open is some thirty files. */
const files = 64;

const logsIn = Buffer.concat([Buffer.from(handshake()), text("admin:123456")]);

async function next(peer: RawPeer): Promise<string> {
  return (await peer.frame()).payload.toString();
}

async function echoes(peer: RawPeer, words: string): Promise<void> {
  peer.socket.write(text(words));
  expect(await next(peer)).toBe(`your submit context: ${words}`);
}

async function logIn(port: number): Promise<RawPeer> {
  const peer = await connectRaw(port);
  peer.socket.write(logsIn);
  expect(await next(peer)).toContain("congratulation");
  return peer;
}

test.skipIf(process.platform === "win32")(
  "goes on serving who is in, and takes the next when there is room",
  async () => {
    const limited = ["sh", "-c", `ulimit -n ${files} && exec "$0" "$@"`, ...programCommand];
    const program = runCommand([...limited, "--demo", "--port", "0", "--close-timeout", "300ms"]);
    const port = Number(new URL(await program.ready).port);
    const early = await logIn(port);
    const crowd = await Promise.all(Array.from({ length: 2 * files }, () => connectRaw(port)));
    for (const peer of crowd) peer.socket.write(logsIn);
    // As many as there is room for get in; the system's part of the server lets the others go.
    const isIn = await Promise.all(
      crowd.map((peer) =>
        next(peer).then(
          () => true,
          () => false,
        ),
      ),
    );
    expect(isIn).toContain(true);
    expect(isIn).toContain(false);
    await echoes(early, "with no file left");
    for (const peer of crowd) peer.socket.destroy();
    await expect
      .poll(
        () =>
          logIn(port).then(
            (peer) => echoes(peer, "just come").then(() => true),
            () => false,
          ),
        soon,
      )
      .toBe(true);
    await echoes(early, "afterwards");
    program.child.kill("SIGTERM");
    expect((await program.ended).status).toBe(0);
  },
);
