import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { startPostgres } from "@wsecho/testkit/postgres";

/** Asks whether it would speak TLS, to which every PostgreSQL has an answer of one letter. */
async function ask(port: number): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    socket.write(Uint8Array.of(0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f));
    const [answer] = (await once(socket, "data")) as [Buffer];
    return answer.toString("latin1");
  } finally {
    socket.destroy();
  }
}

test("starts a real PostgreSQL, kills it, brings it back on the same port, and ends it", async () => {
  const postgres = await startPostgres();
  const { port } = postgres;
  try {
    expect(postgres.url).toMatch(/^postgres:\/\/wsecho:[0-9a-f]{24}@127\.0\.0\.1:\d+\/postgres$/);
    expect(await ask(port)).toBe("N");
    await postgres.kill();
    await expect(ask(port)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    await postgres.start();
    expect(await ask(port)).toBe("N");
  } finally {
    await postgres.stop();
  }
  await expect(ask(port)).rejects.toMatchObject({ code: "ECONNREFUSED" });
}, 120_000);
