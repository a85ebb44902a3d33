import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { isIP, type Socket } from "node:net";
import { join } from "node:path";
import { createSecureContext, createServer, type TLSSocket } from "node:tls";
import type { generate } from "selfsigned";
import { failure, success, type Result } from "@wsecho/protocol";

/** TLS towards clients. */
export interface NearTls {
  /** @param name of whom the client believes to talk to, where it does not say so itself (SNI) */
  accept(socket: Socket, name: string): Promise<Result<Socket, string>>;
}

interface Pair {
  readonly cert: string;
  readonly key: string;
}

const patienceMs = 10_000;

/** TLS with one certificate for all names. */
export function withCertificate(certFile: string, keyFile: string): Result<NearTls, string> {
  try {
    const pair = { cert: readFileSync(certFile, "utf8"), key: readFileSync(keyFile, "utf8") };
    createSecureContext(pair);
    return success(createNearTls(() => Promise.resolve(pair)));
  } catch (error) {
    return failure(`--tls-cert and --tls-key: ${(error as Error).message}`);
  }
}

/** The names of an authority's files in the folder of `--ca`. */
const files = { cert: "wsecho-ca.pem", key: "wsecho-ca-key.pem" } as const;

/** Where the certificate is that clients have to trust. */
export const authorityFile = (folder: string): string => join(folder, files.cert);

/**
 * TLS with a certificate for each name, made on the fly by an authority of the user's own. It is made
 * where the folder holds none; its key can be read by its owner only.
 */
export async function withAuthority(folder: string): Promise<Result<NearTls, string>> {
  const [certFile, keyFile] = [authorityFile(folder), join(folder, files.key)];
  try {
    if (!existsSync(certFile) || !existsSync(keyFile)) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      const own = await makeAuthority();
      writeFileSync(keyFile, own.key, { mode: 0o600 });
      writeFileSync(certFile, own.cert);
    }
    const authority: Pair = {
      cert: readFileSync(certFile, "utf8"),
      key: readFileSync(keyFile, "utf8"),
    };
    const made = new Map<string, Promise<Pair>>();
    return success(
      createNearTls((name) => {
        const known = made.get(name);
        if (known !== undefined) return known;
        // A client that asks for names without end does not fill the memory.
        if (made.size >= 1000) made.clear();
        const pair = makeCertificate(name, authority);
        made.set(name, pair);
        return pair;
      }),
    );
  } catch (error) {
    return failure(`--ca ${folder}: ${(error as Error).message}`);
  }
}

function createNearTls(pairFor: (name: string) => Promise<Pair>): NearTls {
  return {
    async accept(socket, name) {
      const pair = await pairFor(name);
      return new Promise((resolve) => {
        const timer = setTimeout(() => socket.destroy(), patienceMs).unref();
        const server = createServer({
          ...pair,
          ALPNProtocols: ["http/1.1"],
          SNICallback: (asked, done) => {
            pairFor(asked).then(
              (own) => done(null, createSecureContext(own)),
              (error: unknown) => done(error as Error),
            );
          },
        });
        server.on("secureConnection", (secured: TLSSocket) => {
          clearTimeout(timer);
          secured.on("error", () => undefined);
          resolve(success(secured));
        });
        server.on("tlsClientError", (error: NodeJS.ErrnoException) => {
          clearTimeout(timer);
          socket.destroy();
          resolve(failure(sayRefused(name, error)));
        });
        server.emit("connection", socket);
      });
    },
  };
}

function sayRefused(name: string, { code = "", message }: NodeJS.ErrnoException): string {
  const distrust = /unknown_ca|UNKNOWN_CA|certificate/i.test(`${code} ${message}`);
  return distrust
    ? `the client does not trust the certificate for ${name}: let it trust the authority of --ca, or take --tls-cert`
    : `TLS with a client that wants ${name} failed (${code === "" ? message : code})`;
}

const day = 86_400_000;

async function makeAuthority(): Promise<Pair> {
  return make([{ name: "commonName", value: "wsecho proxy, on this machine" }], 3650, [
    { name: "basicConstraints", cA: true, critical: true },
    { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
  ]);
}

async function makeCertificate(name: string, authority: Pair): Promise<Pair> {
  const altName =
    isIP(name) === 0 ? { type: 2 as const, value: name } : { type: 7 as const, ip: name };
  // Longer than about a year is not taken by every client.
  return make(
    [{ name: "commonName", value: name.slice(0, 64) }],
    365,
    [
      { name: "basicConstraints", cA: false, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      { name: "subjectAltName", altNames: [altName] },
    ],
    authority,
  );
}

async function make(
  subject: Parameters<typeof generate>[0],
  days: number,
  extensions: NonNullable<NonNullable<Parameters<typeof generate>[1]>["extensions"]>,
  ca?: Pair,
): Promise<Pair> {
  // Heavy, and needed for new certificates only.
  const { default: selfsigned } = await import("selfsigned");
  const now = Date.now();
  const made = await selfsigned.generate(subject, {
    keyType: "ec",
    algorithm: "sha256",
    // A clock of a client may be somewhat behind.
    notBeforeDate: new Date(now - day),
    notAfterDate: new Date(now + days * day),
    extensions,
    ...(ca && { ca }),
  });
  return { cert: made.cert, key: made.private };
}
