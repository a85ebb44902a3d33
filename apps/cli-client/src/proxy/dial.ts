import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { failure, success, type Result } from "@wsecho/protocol";
import type { TlsOptions } from "../certificates.ts";
import type { Upstream } from "./route.ts";

const timeoutMs = 10_000;

/** Opens the leg to a server. The error is in words, for people. */
export async function dial(to: Upstream, tls: TlsOptions): Promise<Result<Socket, string>> {
  const socket = connect({ host: to.host, port: to.port, allowHalfOpen: true, noDelay: true });
  const opened = await ready(socket, "connect", to);
  return opened.ok && to.tls ? secure(socket, to.host, tls) : opened;
}

/** TLS over a leg that is open. */
export async function secure(
  socket: Socket,
  host: string,
  tls: TlsOptions,
): Promise<Result<Socket, string>> {
  const isAddress = /^[\d.]+$|:/.test(host);
  const secured = connectTls({
    ...tls,
    socket,
    ...(isAddress ? { host } : { servername: host }),
    ALPNProtocols: ["http/1.1"],
  });
  return ready(secured, "secureConnect", { host, port: socket.remotePort ?? 0, tls: true });
}

async function ready(
  socket: Socket,
  event: "connect" | "secureConnect",
  { host, port }: Upstream,
): Promise<Result<Socket, string>> {
  // Who fails later is heard by the pump; meanwhile nobody may be without a listener.
  socket.on("error", () => undefined);
  try {
    await once(socket, event, { signal: AbortSignal.timeout(timeoutMs) });
    return success(socket);
  } catch (error) {
    socket.destroy();
    const { code = "", message, name } = error as NodeJS.ErrnoException;
    const where = `${host}:${port}`;
    if (name === "AbortError") return failure(`${where} does not answer.`);
    if (event === "secureConnect")
      return failure(
        `TLS with ${where} failed: ${code === "" ? message : code}. Where its certificate is of an authority of your own, give --cacert FILE.`,
      );
    return failure(`${where} cannot be reached (${code}). Is the server running there?`);
  }
}
