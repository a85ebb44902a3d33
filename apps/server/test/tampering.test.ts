import { randomBytes } from "node:crypto";
import { startScramClient } from "@wsecho/protocol/scram";
import { expect, test } from "vitest";
import { nodeScramCrypto } from "../src/scram-crypto.ts";
import { connect, type TestClient } from "./support/client.ts";
import { startServer } from "./support/start-server.ts";

interface Exchange {
  /** The client's last message, which the server would believe. */
  readonly final: string;
  readonly clientNonce: string;
}

/** Everything of a right login but its last message. */
async function begin(client: TestClient): Promise<Exchange> {
  const clientNonce = randomBytes(18).toString("base64");
  const started = startScramClient({
    crypto: nodeScramCrypto,
    user: "admin",
    password: "123456",
    nonce: clientNonce,
    maxIterations: 4096,
  });
  if (!started.ok) throw new Error(started.error.message);
  const { clientFirst } = started.value;
  client.sendJson({ type: "auth", mechanism: "scram-sha-256", data: clientFirst });
  const proof = await started.value.answer(String((await client.nextJson())["data"]));
  if (!proof.ok) throw new Error(proof.error.message);
  return { final: proof.value.clientFinal, clientNonce };
}

async function hello(url: string): Promise<TestClient> {
  const client = await connect(url, "wsecho.v1");
  await client.nextJson();
  return client;
}

test.each<[string, (exchange: Exchange) => string, type: "ok" | "denied"]>([
  ["nothing", ({ final }) => final, "ok"],
  ["the client's nonce alone", ({ final, clientNonce }) => withNonce(final, clientNonce), "denied"],
  ["a nonce cut by one", ({ final }) => final.replace(/.(?=,p=)/, ""), "denied"],
  ["a nonce of one more", ({ final }) => final.replace(",p=", "x,p="), "denied"],
  ["another nonce", ({ final }) => withNonce(final, "x".repeat(48)), "denied"],
  ["another header (y)", ({ final }) => final.replace("c=biws", "c=eSws"), "denied"],
  [
    "a header with another name",
    ({ final }) => final.replace("c=biws", "c=bixhPWFkYSw="),
    "denied",
  ],
  ["an empty header", ({ final }) => final.replace("c=biws", "c="), "denied"],
  ["an empty proof", ({ final }) => final.replace(/p=.*/, "p="), "denied"],
  ["a proof of nothing but zeros", ({ final }) => withProof(final, Buffer.alloc(32)), "denied"],
  [
    "a proof cut by one byte",
    ({ final }) => withProof(final, proofOf(final).subarray(1)),
    "denied",
  ],
  ["one bit of the proof", ({ final }) => withProof(final, flipped(proofOf(final))), "denied"],
  ["an extension before the proof", ({ final }) => final.replace(",p=", ",m=x,p="), "denied"],
])("a SCRAM login with %s altered is %3$s", async (_, alter, type) => {
  const { url } = await startServer();
  const client = await hello(url);
  client.sendJson({ type: "response", data: alter(await begin(client)) });
  expect(await client.nextJson()).toMatchObject({ type });
});

test("a SCRAM login cannot be said again, on the same connection or another", async () => {
  const { url } = await startServer();
  const first = await hello(url);
  const { final } = await begin(first);
  first.sendJson({ type: "response", data: final });
  expect(await first.nextJson()).toMatchObject({ type: "ok" });
  // As a renewal, and by somebody who listened.
  for (const client of [first, await hello(url)]) {
    await begin(client);
    client.sendJson({ type: "response", data: final });
    expect(await client.nextJson()).toMatchObject({ type: "denied" });
  }
});

function withNonce(final: string, nonce: string): string {
  return final.replace(/,r=[^,]*/, `,r=${nonce}`);
}

function withProof(final: string, proof: Buffer): string {
  return final.replace(/,p=.*/, `,p=${proof.toString("base64")}`);
}

function proofOf(final: string): Buffer {
  return Buffer.from(/,p=(.*)$/.exec(final)?.[1] ?? "", "base64");
}

function flipped(bytes: Buffer): Buffer {
  return Buffer.from(bytes.map((byte, i) => (i === 0 ? byte ^ 1 : byte)));
}
