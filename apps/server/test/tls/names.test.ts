import { once } from "node:events";
import { connect as connectTls } from "node:tls";
import { generate } from "selfsigned";
import { expect, test } from "vitest";
import { connect } from "../support/client.ts";
import { startServer } from "../support/start-server.ts";

test("serves whoever asks for a strange server name, or for none, and everybody else", async () => {
  const { cert, private: key } = await generate([{ name: "commonName", value: "echo" }], {
    keyType: "ec",
  });
  const { port, url, log } = await startServer({
    tls: { cert: Buffer.from(cert), key: Buffer.from(key) },
  });
  for (const servername of [
    "",
    "elsewhere.example",
    "under_score",
    "a".repeat(250),
    `${"a".repeat(63)}.`.repeat(3),
    "..",
    "*",
    "__proto__",
    "constructor",
    "xn--a",
    "bad\u0001name",
    "%2e%2e/",
  ]) {
    const socket = connectTls({ host: "127.0.0.1", port, servername, rejectUnauthorized: false });
    socket.on("error", () => undefined);
    // Taken or refused, either will do.
    await Promise.race([once(socket, "secureConnect"), once(socket, "close")]);
    socket.destroy();
  }
  const client = await connect(url, [], { rejectUnauthorized: false });
  client.send("admin:123456");
  expect(await client.next()).toMatch(/^congratulation/);
  expect(log.filter(({ level }) => level === "error")).toEqual([]);
});
