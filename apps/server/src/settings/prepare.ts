import { failure, success, type Result } from "@wsecho/protocol";
import { readTls, type FoundTls } from "../tls/material.ts";
import type { GivenFlags } from "./flags.ts";
import { policyProblem } from "./policy.ts";
import { resolve, type Environment, type Resolved } from "./sources.ts";
import type { Settings } from "./table.ts";

/** Settings that are right, with the files that they name. */
export interface Prepared extends Resolved {
  readonly tls: FoundTls | null;
}

/**
 * Reads and checks everything that can be wrong before anything is started; `--check-config` and
 * SIGHUP are no more than this. The error is the first thing that is wrong, and what to do.
 */
export async function prepare(
  flags: GivenFlags,
  environment: Environment,
): Promise<Result<Prepared, string>> {
  const resolved = resolve(flags, environment);
  if (!resolved.ok) return resolved;
  const { settings } = resolved.value;
  const problem = await policyProblem(settings);
  if (problem !== undefined) return failure(problem);
  const tls = await findTls(settings);
  return tls.ok ? success({ ...resolved.value, tls: tls.value }) : tls;
}

async function findTls(settings: Settings): Promise<Result<FoundTls | null, string>> {
  const { "tls-cert": cert, "tls-key": key, "tls-client-ca": clientCa } = settings;
  if (cert === null && key === null)
    return clientCa === null
      ? success(null)
      : failure("--tls-client-ca needs --tls-cert and --tls-key beside it");
  if (cert === null) return failure("--tls-key needs --tls-cert beside it");
  if (key === null) return failure("--tls-cert needs --tls-key beside it");
  const files = { cert, key, clientCa };
  const material = await readTls(files);
  return material.ok ? success({ files, material: material.value }) : material;
}
