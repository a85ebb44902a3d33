import { vi } from "vitest";

/** With real sockets, and time that passes only when `vi` is told so. */
export async function byOurClock(run: () => Promise<void>): Promise<void> {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  try {
    await run();
  } finally {
    vi.useRealTimers();
  }
}
