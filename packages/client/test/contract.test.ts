import { afterAll, beforeAll, describe, it } from "vitest";
import type { ConnectOptions } from "../src/index.ts";
import { wsTransport } from "../src/ws.ts";
import { contract } from "./support/contract.ts";
import { startDemo, type Demo } from "./support/demo.ts";

let demo: Demo;
beforeAll(async () => {
  demo = await startDemo();
});
afterAll(() => demo[Symbol.asyncDispose]());

const transports: Readonly<Record<string, ConnectOptions>> = {
  "the platform's WebSocket": {},
  "the ws package": { transport: wsTransport() },
};

for (const [name, options] of Object.entries(transports)) {
  describe(`a session over ${name}`, () => {
    for (const [owes, check] of Object.entries(contract))
      it(owes, () => check({ url: demo.url, options }));
  });
}
