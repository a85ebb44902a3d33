import {
  readTlsOptions,
  type CertificateHost,
  type CertificateOptions,
  type TlsOptions,
} from "./certificates.ts";
import {
  gatherCredentials,
  secretFromInput,
  type CredentialOptions,
  type CredentialSources,
  type Given,
} from "./credentials.ts";
import { failure, success, type Result } from "@wsecho/protocol";
import type { Target } from "./target.ts";

/** Where to go, whom to trust there, and who logs in. */
export interface Access {
  readonly target: Target;
  readonly tls: TlsOptions;
  readonly given: Given;
}

/** What every command reads that connects. Errors and warnings hold no secret. */
export async function readAccess(
  target: Target,
  options: CredentialOptions & CertificateOptions,
  sources: Pick<CredentialSources, "env" | "readLine"> & CertificateHost,
): Promise<Result<Access, string>> {
  const fromInput = secretFromInput(options);
  if (fromInput !== null && process.stdin.isTTY)
    return failure(`${fromInput} is for a pipe; at a terminal use a file, or be asked`);
  const tls = await readTlsOptions(options, target.url, sources);
  if (!tls.ok) return tls;
  const given = await gatherCredentials({ options, target, ...sources });
  return given.ok ? success({ target, tls: tls.value, given: given.value }) : given;
}
