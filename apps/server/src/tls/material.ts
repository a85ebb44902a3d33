import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createSecureContext } from "node:tls";
import { failure, success, type Result } from "@wsecho/protocol";

/** PEM. */
export interface TlsMaterial {
  /** The server's certificate, its intermediate ones behind it. */
  readonly cert: Buffer;
  readonly key: Buffer;
  /** The authorities whose client certificates log in; roots and all. Absent: none is asked for. */
  readonly clientCa?: Buffer;
}

export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  readonly clientCa: string | null;
}

export interface FoundTls {
  readonly files: TlsFiles;
  readonly material: TlsMaterial;
}

/** Reads the files, and says what is wrong with them before a client has to. */
export async function readTls(files: TlsFiles): Promise<Result<TlsMaterial, string>> {
  const cert = await read("--tls-cert", files.cert);
  if (!cert.ok) return cert;
  const key = await read("--tls-key", files.key);
  if (!key.ok) return key;
  const problem = certificateProblem(files, cert.value, key.value);
  if (problem !== undefined) return failure(problem);
  const own = { cert: cert.value, key: key.value };
  if (files.clientCa === null) return usable(own);
  const clientCa = await read("--tls-client-ca", files.clientCa);
  if (!clientCa.ok) return clientCa;
  const caProblem = authorityProblem(files.clientCa, clientCa.value);
  return caProblem === undefined
    ? usable({ ...own, clientCa: clientCa.value })
    : failure(caProblem);
}

function certificateProblem(files: TlsFiles, cert: Buffer, key: Buffer): string | undefined {
  let certificate;
  try {
    certificate = new X509Certificate(cert);
  } catch {
    return `--tls-cert: ${files.cert} holds no certificate in PEM`;
  }
  let privateKey;
  try {
    privateKey = createPrivateKey(key);
  } catch {
    return `--tls-key: ${files.key} holds no private key in PEM, without a passphrase`;
  }
  if (!certificate.checkPrivateKey(privateKey))
    return `--tls-key: ${files.key} is not the key of the certificate in ${files.cert}`;
  if (hasExpired(certificate)) return `--tls-cert: the certificate in ${files.cert} has expired`;
  return undefined;
}

function authorityProblem(path: string, pem: Buffer): string | undefined {
  const blocks =
    pem.toString("latin1").match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ??
    [];
  let authorities;
  try {
    authorities = blocks.map((block) => new X509Certificate(block));
  } catch {
    return `--tls-client-ca: ${path} holds something that is no certificate`;
  }
  if (authorities.length === 0) return `--tls-client-ca: ${path} holds no certificate in PEM`;
  const roots = authorities.filter((authority) => authority.checkIssued(authority));
  if (roots.length === 0)
    // OpenSSL would refuse every client without saying that this is why.
    return `--tls-client-ca: ${path} lacks the root: add the certificate that signed itself`;
  return roots.every(hasExpired) ? `--tls-client-ca: what ${path} holds has expired` : undefined;
}

function hasExpired({ validToDate }: X509Certificate): boolean {
  return validToDate.getTime() < Date.now();
}

/** What TLS itself would refuse, such as a key that is too short. */
function usable(material: TlsMaterial): Result<TlsMaterial, string> {
  try {
    createSecureContext(toContext(material));
    return success(material);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return failure(`--tls-cert, --tls-key: TLS does not take them (${why})`);
  }
}

/** As Node's TLS takes it. Without `ca` it would trust every authority that browsers trust. */
export function toContext({ cert, key, clientCa }: TlsMaterial) {
  return { cert, key, ...(clientCa === undefined ? {} : { ca: clientCa }) };
}

export function isSameMaterial(a: TlsMaterial, b: TlsMaterial): boolean {
  const equal = (x: Buffer | undefined, y: Buffer | undefined): boolean =>
    x === undefined || y === undefined ? x === y : x.equals(y);
  return equal(a.cert, b.cert) && equal(a.key, b.key) && equal(a.clientCa, b.clientCa);
}

async function read(flag: string, path: string): Promise<Result<Buffer, string>> {
  try {
    return success(await readFile(path));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "error";
    return failure(`${flag}: ${path} cannot be read (${code})`);
  }
}
