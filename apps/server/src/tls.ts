import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { watch, type FSWatcher } from "node:fs";
import { dirname } from "node:path";
import { failure, success, type Result } from "@wsecho/protocol";
import type { Log } from "./log.ts";

/** A certificate, its intermediate ones behind it, and its private key; PEM. */
export interface TlsMaterial {
  readonly cert: Buffer;
  readonly key: Buffer;
}

export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
}

/** Reads both files, and says what is wrong with them before a client has to. */
export async function readTls(files: TlsFiles): Promise<Result<TlsMaterial, string>> {
  const cert = await read("--tls-cert", files.cert);
  if (!cert.ok) return cert;
  const key = await read("--tls-key", files.key);
  if (!key.ok) return key;
  let certificate;
  try {
    certificate = new X509Certificate(cert.value);
  } catch {
    return failure(`--tls-cert: ${files.cert} holds no certificate in PEM`);
  }
  let privateKey;
  try {
    privateKey = createPrivateKey(key.value);
  } catch {
    return failure(`--tls-key: ${files.key} holds no private key in PEM, without a passphrase`);
  }
  if (!certificate.checkPrivateKey(privateKey))
    return failure(`--tls-key: ${files.key} is not the key of the certificate in ${files.cert}`);
  if (certificate.validToDate.getTime() < Date.now())
    return failure(`--tls-cert: the certificate in ${files.cert} has expired`);
  return success({ cert: cert.value, key: key.value });
}

async function read(flag: string, path: string): Promise<Result<Buffer, string>> {
  try {
    return success(await readFile(path));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "error";
    return failure(`${flag}: ${path} cannot be read (${code})`);
  }
}

export interface TlsReloader {
  /** Reads the files now. What is broken changes nothing, and is logged. */
  reload(): void;
  stop(): void;
}

/** How long files must be left alone before they are read: the two change one after the other; ms. */
const settleMs = 200;

/** Calls `use` with what the files hold, whenever that has changed and is whole. */
export function watchTls(
  files: TlsFiles,
  first: TlsMaterial,
  { use, log }: { readonly use: (material: TlsMaterial) => void; readonly log: Log },
): TlsReloader {
  let current = first;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let last = Promise.resolve();

  async function load(): Promise<void> {
    const material = await readTls(files);
    if (stopped) return;
    if (!material.ok) {
      log.error({ detail: material.error }, "the TLS files are broken; the old ones stay in use");
      return;
    }
    const { cert, key } = material.value;
    if (cert.equals(current.cert) && key.equals(current.key)) return;
    use(material.value);
    current = material.value;
    log.info({}, "the TLS certificate has been reloaded");
  }

  function reload(): void {
    clearTimeout(timer);
    last = last.then(load).catch((error: unknown) => {
      log.error({ err: error }, "the TLS files could not be used; the old ones stay in use");
    });
  }

  // The folders, for renewals put new files, or links, in the place of the old.
  const watchers = [...new Set([files.cert, files.key].map((path) => dirname(path)))].flatMap(
    (folder): readonly FSWatcher[] => {
      try {
        const watcher = watch(folder, { persistent: false }, () => {
          clearTimeout(timer);
          timer = setTimeout(reload, settleMs).unref();
        });
        watcher.on("error", (error) =>
          log.warn({ err: error }, "the TLS files are no longer watched; SIGHUP reloads them"),
        );
        return [watcher];
      } catch (error) {
        log.warn({ err: error }, "the TLS files cannot be watched; SIGHUP reloads them");
        return [];
      }
    },
  );

  return {
    reload,
    stop() {
      stopped = true;
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
    },
  };
}
