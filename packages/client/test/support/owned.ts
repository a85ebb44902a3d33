import { onTestFinished } from "vitest";
import type { Session } from "../../src/index.ts";

/** The same session, which is closed when the test ends, however it ends. */
export function owned(session: Session): Session {
  onTestFinished(async () => {
    await session.close();
  });
  return session;
}
