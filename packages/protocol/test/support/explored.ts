import { beforeAll, describe, expect, it } from "vitest";
import type { Exploration } from "../explore.ts";
import { describeFigures, violationOf, type Subject } from "./figures.ts";

/** How long an exploration takes depends on the machine and says nothing about ours. */
const unlimited = 0;

/** One test for each property, and one for each fault that the exploration has to catch. */
export function testExplored(
  { name, explore, faults }: Subject,
  properties: readonly string[],
): void {
  describe(`${name}, explored`, () => {
    let found: Exploration;
    beforeAll(() => {
      found = explore();
      console.info(describeFigures({ name, ...found }));
    }, unlimited);

    it.each(properties)("%s", (property) => {
      expect(violationOf(found, property)).toBeNull();
    });

    it("breaks nothing else", () => {
      expect([...found.violations.keys()]).toEqual([]);
    });
  });

  describe(`${name}, with a fault`, () => {
    let caught = 0;
    it.each(faults)(
      "$name: caught by “$property”",
      ({ property, explore: run }) => {
        expect([...run().violations.keys()]).toContain(property);
        caught += 1;
      },
      unlimited,
    );

    it("has a fault for every property, and catches all", () => {
      console.info(`explorer: ${name}: ${caught} of ${faults.length} seeded faults caught`);
      expect(caught).toBe(faults.length);
      expect(new Set(faults.map((fault) => fault.property))).toEqual(new Set(properties));
    });
  });
}
