import { connect, type Socket } from "node:net";
import { startTcpServer, type Listener } from "./servers.ts";

/** What a client of the SOCKS server asked for. */
export interface SocksRequest {
  readonly kind: "address" | "name";
  readonly host: string;
  readonly user: string | null;
}

export interface SocksServer extends Listener {
  readonly requests: readonly SocksRequest[];
}

/** A tiny SOCKS5 server (RFC 1928, 1929) that leads every name and address to this machine. */
export async function startSocksServer(login?: {
  readonly user: string;
  readonly password: string;
}): Promise<SocksServer> {
  const requests: SocksRequest[] = [];
  const server = await startTcpServer((socket) => void serve(socket).catch(() => socket.destroy()));

  const serve = async (socket: Socket): Promise<void> => {
    const take = taker(socket);
    const [, methods = 0] = await take(2);
    await take(methods);
    let user: string | null = null;
    socket.write(Buffer.of(5, login === undefined ? 0 : 2));
    if (login !== undefined) {
      const [, nameLength = 0] = await take(2);
      user = (await take(nameLength)).toString();
      const [passwordLength = 0] = await take(1);
      const right =
        user === login.user && (await take(passwordLength)).toString() === login.password;
      socket.write(Buffer.of(1, right ? 0 : 1));
      if (!right) return;
    }
    const [, , , kind] = await take(4);
    const [length = 0] = kind === 3 ? await take(1) : [4];
    const target = await take(length);
    const host = kind === 3 ? target.toString() : target.join(".");
    requests.push({ kind: kind === 3 ? "name" : "address", host, user });
    const port = (await take(2)).readUInt16BE();
    const there = connect(port, "127.0.0.1", () => {
      socket.write(Buffer.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0));
      socket.pipe(there).pipe(socket);
    });
    there.on("error", () => socket.destroy());
    socket.on("close", () => there.destroy());
  };
  return { ...server, requests };
}

/** Reads so many bytes, and leaves the others. */
function taker(socket: Socket): (size: number) => Promise<Buffer> {
  return async (size) => {
    for (;;) {
      const chunk = size === 0 ? Buffer.alloc(0) : (socket.read(size) as Buffer | null);
      if (chunk !== null) return chunk;
      await new Promise((resolve) => socket.once("readable", resolve));
    }
  };
}
