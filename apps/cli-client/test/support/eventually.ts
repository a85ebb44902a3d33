import { expect } from "vitest";

/** `expect` for what becomes true in another process, however busy the machine is. */
export const eventually = <T>(read: () => T): ReturnType<typeof expect.poll<T>> =>
  expect.poll(read, { timeout: 15_000, interval: 20 });
