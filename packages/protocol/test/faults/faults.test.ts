import { describe, expect, it } from "vitest";
import fc from "fast-check";
import {
  faultBounds,
  injectedReason,
  isSendableCode,
  namesOf,
  readFaults,
  writeFaults,
  type Ending,
  type Faults,
} from "../../src/faults/index.ts";
import { faultVectors } from "../../src/vectors/index.ts";

const named = faultVectors.map(
  (vector) => [`${vector.id} [${vector.rules.join(", ")}] ${vector.title}`, vector] as const,
);

describe("fault vectors", () => {
  it.each(named)("%s", (_, { query, expect: expected }) => {
    const result = readFaults(query);
    if ("status" in expected) {
      expect(result.ok).toBe(false);
      for (const name of expected.names) expect(result.ok ? "" : result.error).toContain(name);
      return;
    }
    expect(result).toMatchObject({ ok: true });
    const faults = result.ok ? result.value : null;
    expect(faults && writeFaults(faults)).toBe(expected.faults);
  });
});

describe("a wish for faults", () => {
  const after = fc.integer({ min: 0, max: faultBounds.after });
  const ending: fc.Arbitrary<Ending> = fc.oneof(
    fc.record({
      kind: fc.constant("close" as const),
      code: fc.integer({ min: 1000, max: 4999 }).filter(isSendableCode),
      reason: fc.constant(injectedReason),
      after,
    }),
    fc.record({ kind: fc.constantFrom("abort", "silence"), after }),
  );
  const arbitrary: fc.Arbitrary<Faults> = fc
    .record(
      {
        delayMs: fc.integer({ min: 1, max: faultBounds.delayMs }),
        fragments: fc.integer({ min: 2, max: faultBounds.fragments }),
        gapMs: fc.integer({ min: 1, max: faultBounds.gapMs }),
        noPong: fc.constant(true as const),
        noCompress: fc.constant(true as const),
        ending,
      },
      { requiredKeys: [] },
    )
    .filter((faults) => faults.gapMs === undefined || faults.fragments !== undefined)
    .filter((faults) => Object.keys(faults).length > 0);

  it("[F1] is read as it was written", () => {
    fc.assert(
      fc.property(arbitrary, (faults) => {
        const text = writeFaults(faults);
        expect(readFaults(`fault=${text}`)).toEqual({ ok: true, value: faults });
        expect(text.split(",").length).toBe(namesOf(faults).length);
      }),
    );
  });

  it("[F1] has the reason of its close beside it, decoded", () => {
    const { ending: read } = valueOf("fault=close:4403&fault-reason=so+long%2C%20%E4%BD%A0");
    expect(read).toEqual({ kind: "close", code: 4403, reason: "so long, 你", after: 0 });
    expect(valueOf("fault=close:4403&fault-reason=").ending).toMatchObject({ reason: "" });
  });

  it("[F2] never repeats the query in what it says about it", () => {
    const item = fc.stringMatching(/^[a-z:@-]{0,9}SECRET\w{0,9}$/);
    fc.assert(
      fc.property(item, fc.constantFrom("fault", "fault-reason", "FAULT"), (text, name) => {
        const result = readFaults(`${name}=${text}`);
        expect(result.ok ? "" : result.error).not.toContain("SECRET");
        expect(result.ok).toBe(false);
      }),
    );
  });

  it("[F2] takes any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(readFaults(`fault=${text}`)).toHaveProperty("ok");
      }),
    );
  });
});

function valueOf(query: string): Faults {
  const result = readFaults(query);
  if (!result.ok || result.value === null) throw new Error("no faults");
  return result.value;
}
