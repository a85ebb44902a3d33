import { describe, expect, it } from "vitest";
import { createClock } from "../../src/store/clock.ts";

describe("the page's clock", () => {
  it("goes with the steady one, whatever small steps the time of day makes", () => {
    let steady = 5;
    let wall = 1_000_000;
    const now = createClock(
      () => steady,
      () => wall,
    );
    expect(now()).toBe(1_000_000);
    steady += 0.25;
    expect(now()).toBe(1_000_000.25);
    wall += 200;
    expect(now()).toBe(1_000_000.25);
  });

  it("is right again after the machine slept", () => {
    let wall = 1_000_000;
    const now = createClock(
      () => 5,
      () => wall,
    );
    wall += 3_600_000;
    expect(now()).toBe(4_600_000);
  });
});
