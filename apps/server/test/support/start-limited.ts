import type { ServerLimits, ServerOptions } from "../../src/index.ts";
import type { LimitName } from "../../src/limit-names.ts";
import { silentMeter } from "../../src/meter.ts";
import { startServer, type TestServer } from "./start-server.ts";

/** A server with these limits, those that peers met, and the statuses of refused handshakes. */
export async function startLimited(
  limits: Partial<ServerLimits>,
  options: Partial<ServerOptions> = {},
): Promise<
  TestServer & { readonly met: readonly LimitName[]; readonly refused: readonly number[] }
> {
  const met: LimitName[] = [];
  const refused: number[] = [];
  const meter = {
    ...silentMeter,
    limited: (limit: LimitName) => void met.push(limit),
    refused: (status: number) => void refused.push(status),
  };
  return { ...(await startServer({ ...options, limits, meter })), met, refused };
}
