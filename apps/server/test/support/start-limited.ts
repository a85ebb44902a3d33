import type { ServerLimits, ServerOptions } from "../../src/index.ts";
import type { LimitName } from "../../src/limit-names.ts";
import { silentMeter } from "../../src/meter.ts";
import { startServer, type TestServer } from "./start-server.ts";

/** A server with these limits, and those that peers met. */
export async function startLimited(
  limits: Partial<ServerLimits>,
  options: Partial<ServerOptions> = {},
): Promise<TestServer & { readonly met: readonly LimitName[] }> {
  const met: LimitName[] = [];
  const meter = { ...silentMeter, limited: (limit: LimitName) => void met.push(limit) };
  return { ...(await startServer({ ...options, limits, meter })), met };
}
