import { describe, expect, it } from "vitest";
import { faultsOf, withFaults } from "../../src/faults/address.ts";
import { everything } from "../../src/session/filter.ts";
import { linkOf, readLink } from "../../src/session/connection-link.ts";

describe("the faults of an address", () => {
  it.each([
    ["ws://127.0.0.1:5678", {}],
    ["127.0.0.1:5678/echo?x=1", {}],
    ["ws://127.0.0.1:5678/?fault=delay:2s,no-pong", { delayMs: 2000, noPong: true }],
  ])("are read from %s", (address, faults) => {
    expect(faultsOf(address)).toEqual({ ok: true, value: faults });
  });

  it("are said as a server would where they are wrong", () => {
    expect(faultsOf("localhost?fault=delay:2")).toMatchObject({
      ok: false,
      error: expect.stringContaining("delay:200ms") as string,
    });
  });

  it("take the place of others, and leave the rest of the address alone", () => {
    const address = "localhost:1/echo?room=1&fault=no-pong&faults=x&fault-reason=a&b=%20c";
    expect(withFaults(address, { delayMs: 5, fragments: 3 })).toBe(
      "localhost:1/echo?room=1&b=%20c&fault=delay:5ms,fragment:3",
    );
    expect(withFaults("localhost:1?fault=no-pong", {})).toBe("localhost:1");
  });

  it("come back as they were, reason and all", () => {
    const faults = {
      noCompress: true,
      ending: { kind: "close", code: 4403, reason: "a, b & 你", after: 2 },
    } as const;
    expect(faultsOf(withFaults("localhost", faults))).toEqual({ ok: true, value: faults });
  });

  it("stay in a link, beside a token that does not", () => {
    const url = withFaults("ws://localhost/?token=s3cret", {
      ending: { kind: "close", code: 4403, reason: "bye", after: 1 },
    });
    const target = { url, dialect: "v1", protocols: [], method: "password", username: "" } as const;
    const link = linkOf({
      ...{ target, filter: everything, frames: false },
      draft: { mode: "text", text: "" },
    });
    expect(link).not.toContain("s3cret");
    expect(faultsOf(readLink(link)?.target.url ?? "")).toMatchObject({
      value: { ending: { code: 4403, reason: "bye", after: 1 } },
    });
  });
});
