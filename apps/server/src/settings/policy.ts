import { lookup } from "node:dns/promises";
import { failure, success, type Result } from "@wsecho/protocol";
import { isLoopbackAddress } from "../loopback.ts";
import type { Settings } from "./table.ts";

/** Combinations that must not start, and what to type instead. */
export async function policyProblem(settings: Settings): Promise<string | undefined> {
  const { host, demo, data, database, workers } = settings;
  if (settings["max-connections"] < workers)
    return "--max-connections must be at least --workers, for each worker takes its share of it";
  if (settings["record-total"] < 2 * settings["record-file"])
    return "--record-total must be at least twice --record-file, or a new file would leave no other";
  if (!demo) return undefined;
  if (data !== null || database !== null)
    return (
      "--demo has one user of its own and keeps nothing.\n" +
      `Leave ${data === null ? "--database" : "--data"} out, or leave --demo out.`
    );
  const loopback = await isLoopback(host);
  if (!loopback.ok) return loopback.error;
  return loopback.value
    ? undefined
    : `--demo has a password that everybody knows, so it listens on this machine only.\n` +
        `Leave --host ${host} out, or leave --demo out.`;
}

/** Every address that the name stands for must be one of this machine's own. */
async function isLoopback(host: string): Promise<Result<boolean, string>> {
  try {
    const addresses = await lookup(host, { all: true });
    return success(addresses.every(({ address }) => isLoopbackAddress(address)));
  } catch {
    return failure(`--host ${host} is no address of this machine; leave it out for 127.0.0.1`);
  }
}
