import { createMemoryUsers, createServer, demoUsers, type UserStore } from "@wsecho/server";
import { faultVectors, sessionVectors, type Operation } from "@wsecho/protocol/vectors";
import { describe, expect, it } from "vitest";
import { cases } from "../src/cases.ts";
import type { Result } from "../src/run.ts";
import { caseNamed, demo, failuresOf, run, targetOf } from "./support/target.ts";

const users = await demoUsers();
const idsOf = (results: readonly Result[]): readonly string[] => results.map(({ id }) => id);

describe("our server", () => {
  it("passes every vector that asks for no other server, in both dialects", async () => {
    await using server = createServer({ port: 0, users });
    const { url } = await server.listen();
    const results = await run(cases, targetOf(url));
    expect(failuresOf(results)).toEqual([]);
    // Nothing is skipped but for these reasons, and most is not skipped.
    const reasons = results.flatMap(({ reason }) => reason ?? []);
    for (const reason of reasons)
      expect(reason).toMatch(/^it needs a (server set up|hand on)|^it waits \d+ ms|speaks plain$/);
    expect(results.length - reasons.length).toBeGreaterThan(110);
  });

  it("passes the vectors that wait for its limits, where these are short", async () => {
    const limits = { authTimeoutMs: 600, idleTimeoutMs: 600 };
    await using server = createServer({ port: 0, users, limits });
    const { url } = await server.listen();
    const timed = sessionVectors
      .filter(({ steps, setup }) => setup === undefined && waitsFor(steps).some(isInHello))
      .map(({ id }) => caseNamed(id));
    expect(timed.length).toBeGreaterThan(5);
    const results = await run(timed, targetOf(url));
    expect(results.filter(({ outcome }) => outcome !== "passed")).toEqual([]);
  });

  const isInHello = (limit: string): boolean => /^(auth|idle)TimeoutMs$/.test(limit);
  const waitsFor = (steps: (typeof sessionVectors)[number]["steps"]): readonly string[] =>
    steps.flatMap((step) => ("elapse" in step ? [step.elapse.limit] : []));

  it("passes the vectors for a server without plain, and skips those of plain", async () => {
    await using server = createServer({ port: 0, users, plain: false });
    const { url } = await server.listen();
    const results = await run(cases, targetOf(url));
    expect(failuresOf(results)).toEqual([]);
    const passed = idsOf(results.filter(({ outcome }) => outcome === "passed"));
    expect(passed).toContain("handshake-no-plain");
    expect(passed).toContain("handshake-no-plain-v1");
    expect(passed.filter((id) => id.startsWith("plain-"))).toEqual([]);
  });

  it("passes the vectors of the fault lab, where it has one", async () => {
    await using server = createServer({ port: 0, users, faults: true });
    const { url } = await server.listen();
    const asking = faultVectors.map(({ id }) => caseNamed(id));
    const results = await run(asking, targetOf(url));
    expect(results.filter(({ outcome }) => outcome !== "passed")).toEqual([]);
  });

  const withUsers = sessionVectors.filter(({ setup }) => setup?.users !== undefined);

  it.each(withUsers.map(({ id, setup }) => [id, setup?.users ?? {}] as const))(
    "passes %s, set up as it asks",
    async (id, more) => {
      const store = await createMemoryUsers({ [demo.user]: demo.password, ...more });
      await using server = createServer({ port: 0, users: store });
      const { url } = await server.listen();
      const results = await run([caseNamed(id)], targetOf(url, { prepared: true }));
      expect(results).toMatchObject([{ outcome: "passed" }]);
    },
  );

  const byHand = [
    "plain-handler-fails",
    "plain-store-down",
    "v1-handler-fails",
    "v1-handler-fails-binary",
    "v1-renewal-store-down",
    "v1-store-down",
    "v1-restart",
  ];

  it.each(byHand)("passes %s, with a hand on it", async (id) => {
    let failing = false;
    let lost = false;
    const store: UserStore = {
      iterations: users.iterations,
      find: (name) => (lost ? Promise.reject(new Error("the store is away")) : users.find(name)),
    };
    await using server = createServer({
      port: 0,
      users: store,
      onMessage: (message) => {
        if (failing) {
          failing = false;
          throw new Error("the handler fails");
        }
        return message.kind === "text" ? message.text : message.data;
      },
    });
    const { url } = await server.listen();
    const operate = (operation: Operation): void => {
      if (operation === "failHandler") failing = true;
      else if (operation === "loseStore") lost = true;
      else if (operation === "restart") void server.close({ restarting: true });
      else throw new Error(`no hand for ${operation}`);
    };
    const results = await run([caseNamed(id)], targetOf(url, { operate }));
    expect(results).toMatchObject([{ outcome: "passed" }]);
  });
});
