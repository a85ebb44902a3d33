import type { Socket } from "node:net";
import { expect, it } from "vitest";
import type { WebSocket } from "ws";
import { runProgram, startProgram } from "../support/program.ts";
import { startBareServer, startServer } from "../support/servers.ts";

const echo = (socket: WebSocket): void => {
  socket.on("message", (data, isBinary) => socket.send(data as Buffer, { binary: isBinary }));
};

it("--compress offers permessage-deflate, and nothing else does", async () => {
  const extensions: string[] = [];
  await using server = await startBareServer(
    (socket) => {
      extensions.push(socket.extensions);
      echo(socket);
    },
    { perMessageDeflate: { threshold: 0 } },
  );
  const text = "again and ".repeat(200);
  for (const args of [["--compress"], [], ["--no-compress"], ["--compress", "--no-compress"]])
    expect(await runProgram(["send", "-q", "-1", ...args, server.url, text])).toEqual({
      status: 0,
      stdout: `${text}\n`,
      stderr: "",
    });
  expect(extensions).toEqual(["permessage-deflate", "", "", ""]);
});

it("--max-size ends it with 1009 where a message is larger, and says how to allow it", async () => {
  const closed = Promise.withResolvers<number>();
  await using server = await startBareServer((socket) => {
    socket.on("close", (code) => closed.resolve(code));
    socket.send("x".repeat(100));
    socket.send("x".repeat(101));
  });
  const { status, stdout, stderr } = await runProgram([
    "--max-size",
    "100",
    "--eof-wait",
    "-1",
    server.url,
  ]);
  expect(stdout).toBe(`${"x".repeat(100)}\n`);
  expect(stderr).toContain("larger than 100 bytes");
  expect(stderr).toContain("--max-size");
  expect(await closed.promise).toBe(1009);
  expect(status).toBe(9);
});

it("--max-size holds in a session, and for what is sent", async () => {
  await using server = await startServer();
  const env = { WSECHO_USER: "admin", WSECHO_PASSWORD: "123456" };
  const large = "x".repeat(600);
  const taken = await runProgram(["--max-size", "500", "-x", large, server.url], { env });
  expect(taken.stderr).toContain("larger than 500 bytes");
  expect(taken.status).toBe(2);
  const piped = await runProgram(["-q", "--max-size", "500", server.url], {
    env,
    input: `fits\n${large}\n`,
  });
  expect(piped).toMatchObject({ status: 2, stdout: "fits\n" });
  expect(piped.stderr).toContain("is longer than 500 bytes");
});

it("--reconnect=N counts a server that cuts off whoever it lets in, and ends with 8", async () => {
  let connections = 0;
  await using server = await startBareServer((socket) => {
    connections += 1;
    socket.terminate();
  });
  const { status, stderr } = await runProgram(["--reconnect=2", "--eof-wait", "-1", server.url]);
  expect(stderr.match(/Trying again in/g)).toHaveLength(2);
  expect([status, connections]).toEqual([8, 3]);
});

it.each([401, 403])("--reconnect does not come back after HTTP %i", async (refusal) => {
  let handshakes = 0;
  await using server = await startBareServer(
    (socket) => {
      socket.send("hi");
      socket.terminate();
    },
    {
      verifyClient: (_info, done) => {
        handshakes += 1;
        done(handshakes === 1, refusal);
      },
    },
  );
  const args = ["--dialect", "none", "--reconnect", "--eof-wait", "-1", server.url];
  const { status } = await runProgram(args);
  expect([status, handshakes]).toEqual([6, 2]);
});

it("--reconnect=N tries N times in a row, and tells why the last failed", async () => {
  const server = await startBareServer((socket) => socket.send("hi"));
  const program = startProgram(["--reconnect=2", server.url]);
  await program.printed("hi\n");
  await server[Symbol.asyncDispose]();
  const { status, stderr } = await program.result;
  expect(stderr.match(/Trying again in/g)).toHaveLength(2);
  expect(stderr).toContain("Nothing listens at");
  expect(status).toBe(3);
});

it("what RFC 6455 does not allow ends it with 9, and is named", async () => {
  await using server = await startBareServer((socket) => {
    // A text with RSV1, which no extension gave a meaning to.
    (socket as unknown as { readonly _socket: Socket })._socket.write(Buffer.of(0xc1, 0));
  });
  const { status, stderr } = await runProgram(["--reconnect", "--eof-wait", "-1", server.url]);
  expect(stderr).toContain("The server broke a rule of RFC 6455");
  expect(stderr).toContain("RSV1 must be clear");
  expect(status).toBe(9);
});
