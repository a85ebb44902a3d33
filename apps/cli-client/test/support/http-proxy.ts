import { once } from "node:events";
import { createServer } from "node:http";
import { connect, type AddressInfo } from "node:net";

export interface HttpProxy extends AsyncDisposable {
  readonly port: number;
  /** What CONNECT named, with the login that came with it. */
  readonly asked: readonly { readonly target: string; readonly login: string | undefined }[];
  /** From now on every CONNECT gets this status. */
  readonly refuse: (status: number) => void;
}

/** An HTTP proxy that leads every CONNECT to the same port of this machine. */
export async function startHttpProxy(): Promise<HttpProxy> {
  const asked: { target: string; login: string | undefined }[] = [];
  let refusal: number | null = null;
  const server = createServer().listen(0, "127.0.0.1");
  server.on("connect", ({ url = "", headers }, near) => {
    asked.push({ target: url, login: headers["proxy-authorization"] });
    if (refusal !== null) {
      near.end(`HTTP/1.1 ${refusal} No\r\n\r\n`);
      return;
    }
    const far = connect(Number(url.slice(url.lastIndexOf(":") + 1)), "127.0.0.1", () => {
      near.write("HTTP/1.1 200 OK\r\n\r\n");
      far.pipe(near).pipe(far);
    });
    for (const socket of [near, far])
      socket.on("error", () => undefined).on("close", () => (near.destroy(), far.destroy()));
  });
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    refuse: (status) => {
      refusal = status;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
