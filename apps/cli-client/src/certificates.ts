import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { failure, success, type Result } from "@wsecho/protocol";
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

/**
 * Reads the files, and sees that they fit, before anything is connected to. Errors and warnings hold
 * nothing of a key or passphrase.
 */
export function readTlsOptions(
  options: CertificateOptions,
  url: URL,
  warn: (text: string) => void,
): Result<TlsOptions, string> {
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
  const own = cert === undefined ? success({}) : readOwn({ ...options, cert }, warn);
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

function readOwn(
  options: CertificateOptions & { readonly cert: string },
  warn: (text: string) => void,
): Result<TlsOptions, string> {
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
  const parsed = parseKey(where, key.value, pass.value);
  if (!parsed.ok) return parsed;
  if (!certificate.value.checkPrivateKey(parsed.value))
    return failure(
      `the key in ${keyPath} is not the one of the certificate in ${certPath}. ` +
        "The first certificate of that file has to be your own, before those of authorities",
    );
  const passphrase = pass.value === undefined ? {} : { passphrase: pass.value };
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
    return success(new X509Certificate(text));
  } catch {
    return failure(`${option}: the certificate in ${path} is damaged`);
  }
}

const conversion = "A .p12 or .pfx becomes PEM by: openssl pkcs12 -in FILE -out FILE.pem";

function parseKey(
  where: string,
  key: string,
  passphrase: string | undefined,
): Result<KeyObject, string> {
  if (!/-----BEGIN (\w+ )*PRIVATE KEY-----/.test(key))
    return failure(
      where.startsWith("--key")
        ? `${where} holds no private key in PEM. ${conversion}`
        : `${where} holds no private key in PEM; where the key is a file of its own, add --key FILE`,
    );
  if (passphrase === undefined && /-----BEGIN ENCRYPTED |^Proc-Type: 4,ENCRYPTED/m.test(key))
    return failure(
      `${where} is encrypted; add --pass-file FILE, whose first line is the passphrase`,
    );
  try {
    return success(createPrivateKey(passphrase === undefined ? { key } : { key, passphrase }));
  } catch {
    return failure(
      passphrase === undefined
        ? `${where} holds a damaged private key`
        : `${where} cannot be opened with the passphrase that was given`,
    );
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
