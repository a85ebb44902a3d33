import type { KeyObject, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { failure, success, type Result } from "@wsecho/protocol";
import type { Ask } from "./prompt/console.ts";
import { exposure, readSecret } from "./secret-file.ts";

/** The options about certificates; the names are curl's, but for `passFile`, which shows nobody anything. */
export interface CertificateOptions {
  readonly cert?: string;
  readonly key?: string;
  readonly pass?: string;
  readonly passFile?: string;
  readonly cacert?: string;
  readonly insecure?: boolean;
}

/** What TLS gets, as `node:tls` names it. */
export interface TlsOptions {
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
  readonly ca?: string;
  readonly rejectUnauthorized?: false;
}

export interface CertificateHost {
  readonly warn: (text: string) => void;
  readonly ask: Ask;
}

/**
 * Reads the files, and sees that they fit, before anything is connected to; asks for the passphrase
 * of a key that is encrypted. Errors and warnings hold nothing of a key or passphrase.
 */
export async function readTlsOptions(
  options: CertificateOptions,
  url: URL,
  host: CertificateHost,
): Promise<Result<TlsOptions, string>> {
  const { warn } = host;
  const { cert, key, pass, passFile, cacert, insecure } = options;
  if (pass !== undefined) {
    // What has been read is taken out of the process list; it was there for a moment.
    process.title = "wsecho";
    warn(
      "The passphrase in --pass can be read by others in the process list and stays in the shell's " +
        "history. Better: --pass-file.",
    );
  }
  if (cert === undefined && (key ?? pass ?? passFile) !== undefined)
    return failure(
      "--key, --pass and --pass-file are about the certificate of --cert FILE; give that too",
    );
  const option = cert === undefined ? cacert && "--cacert" : "--cert";
  if (option !== undefined && url.protocol !== "wss:")
    return failure(`${option} needs TLS, which ${url.protocol}// has not; write wss://`);
  const authorities = cacert === undefined ? success({}) : readAuthorities(cacert);
  if (!authorities.ok) return authorities;
  const own = cert === undefined ? success({}) : await readOwn({ ...options, cert }, host);
  if (!own.ok) return own;
  if (insecure !== true || url.protocol !== "wss:")
    return success({ ...authorities.value, ...own.value });
  warn(
    "WARNING: with --insecure nobody checks who the server is: whoever is between may pose as it and " +
      "read everything. Better: --cacert FILE with the authority of its certificate.",
  );
  return success({ ...authorities.value, ...own.value, rejectUnauthorized: false });
}

function readAuthorities(path: string): Result<TlsOptions, string> {
  const ca = readText("--cacert", path);
  if (!ca.ok) return ca;
  const certificate = parseCertificate("--cacert", path, ca.value);
  return certificate.ok ? success({ ca: ca.value }) : certificate;
}

async function readOwn(
  options: CertificateOptions & { readonly cert: string },
  { warn, ask }: CertificateHost,
): Promise<Result<TlsOptions, string>> {
  const { cert: certPath, key: keyPath = certPath, passFile } = options;
  const keyOption = options.key === undefined ? "--cert" : "--key";
  const cert = readText("--cert", certPath);
  if (!cert.ok) return cert;
  const certificate = parseCertificate("--cert", certPath, cert.value);
  if (!certificate.ok) return certificate;
  const key = readText(keyOption, keyPath);
  if (!key.ok) return key;
  const pass = passFile === undefined ? success(options.pass) : readSecret("--pass-file", passFile);
  if (!pass.ok) return pass;
  for (const secret of new Set(passFile === undefined ? [keyPath] : [keyPath, passFile])) {
    const open = exposure(secret);
    if (open !== null) warn(open);
  }
  const where = `${keyOption}: ${keyPath}`;
  const opened =
    pass.value === undefined && isEncrypted(key.value)
      ? await askToOpen(where, key.value, { keyPath, warn, ask })
      : openKey(where, key.value, pass.value);
  if (!opened.ok) return opened;
  const { privateKey, ...passphrase } = opened.value;
  if (!certificate.value.checkPrivateKey(privateKey))
    return failure(
      `the key in ${keyPath} is not the one of the certificate in ${certPath}. ` +
        "The first certificate of that file has to be your own, before those of authorities",
    );
  return success({ cert: cert.value, key: key.value, ...passphrase });
}

function parseCertificate(
  option: string,
  path: string,
  text: string,
): Result<X509Certificate, string> {
  if (!text.includes("-----BEGIN CERTIFICATE-----"))
    return failure(`${option}: ${path} holds no certificate in PEM. ${conversion}`);
  try {
    const { X509Certificate } = process.getBuiltinModule("node:crypto");
    return success(new X509Certificate(text));
  } catch {
    return failure(`${option}: the certificate in ${path} is damaged`);
  }
}

const conversion = "A .p12 or .pfx becomes PEM by: openssl pkcs12 -in FILE -out FILE.pem";

/** A key, with what opens it. */
interface Opened {
  readonly privateKey: KeyObject;
  readonly passphrase?: string;
}

function openKey(
  where: string,
  key: string,
  passphrase: string | undefined,
): Result<Opened, string> {
  if (!/-----BEGIN (\w+ )*PRIVATE KEY-----/.test(key))
    return failure(
      where.startsWith("--key")
        ? `${where} holds no private key in PEM. ${conversion}`
        : `${where} holds no private key in PEM; where the key is a file of its own, add --key FILE`,
    );
  const opening = passphrase === undefined ? {} : { passphrase };
  try {
    const { createPrivateKey } = process.getBuiltinModule("node:crypto");
    return success({ privateKey: createPrivateKey({ key, ...opening }), ...opening });
  } catch {
    return failure(
      passphrase === undefined
        ? `${where} holds a damaged private key`
        : `${where} cannot be opened with the passphrase that was given`,
    );
  }
}

const isEncrypted = (key: string): boolean =>
  /-----BEGIN ENCRYPTED |^Proc-Type: 4,ENCRYPTED/m.test(key);

/** What is typed blind may be mistyped. */
const maxTries = 3;

async function askToOpen(
  where: string,
  key: string,
  { keyPath, warn, ask }: CertificateHost & { readonly keyPath: string },
): Promise<Result<Opened, string>> {
  for (let tried = 1; ; tried += 1) {
    const passphrase = await ask(`passphrase of ${keyPath}: `);
    if (passphrase === null)
      return failure(
        `${where} is encrypted; add --pass-file FILE, whose first line is the passphrase`,
      );
    const opened = openKey(where, key, passphrase);
    if (opened.ok || tried === maxTries) return opened;
    warn("That passphrase does not open it.");
  }
}

function readText(option: string, path: string): Result<string, string> {
  try {
    return success(readFileSync(path, "utf8"));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return failure(`${option}: ${path} cannot be read (${code ?? "unknown error"})`);
  }
}
