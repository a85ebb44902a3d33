import { generate } from "selfsigned";

/** PEM. */
export interface Made {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateOptions {
  /** Who signs; default: the certificate itself. */
  readonly by?: Made;
  /** May sign others. */
  readonly authority?: boolean;
  /** What it is for; default both. */
  readonly usage?: "client" | "server";
  /** Seconds from now. */
  readonly from?: number;
  readonly to?: number;
}

/** A certificate for these common names. */
export async function makeCertificate(
  names: string | readonly string[],
  options: CertificateOptions = {},
): Promise<Made> {
  const { by, authority = false, usage, from = -3600, to = 3600 } = options;
  const date = (seconds: number): Date => new Date(Date.now() + seconds * 1000);
  const made = await generate(
    [names].flat().map((value) => ({ name: "commonName", value })),
    {
      keyType: "ec",
      algorithm: "sha256",
      notBeforeDate: date(from),
      notAfterDate: date(to),
      ...(by === undefined ? {} : { ca: by }),
      extensions: [
        { name: "basicConstraints", cA: authority, critical: true },
        ...(authority ? [{ name: "keyUsage", keyCertSign: true } as const] : []),
        ...(authority
          ? []
          : [
              {
                name: "extKeyUsage",
                serverAuth: usage !== "client",
                clientAuth: usage !== "server",
              } as const,
            ]),
        {
          name: "subjectAltName",
          altNames: ["127.0.0.1", "::1"].map((ip) => ({ type: 7 as const, ip })),
        },
      ],
    },
  );
  return { cert: made.cert, key: made.private };
}
