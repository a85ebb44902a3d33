import { bearerTransport, connect, platformTransport } from "../../src/index.ts";
import { contract } from "./contract.ts";

// Runs in a page: the test names a check, and the page says how it went.

const unhandled: string[] = [];
addEventListener("unhandledrejection", ({ reason }) => unhandled.push(String(reason)));
addEventListener("error", ({ message }) => unhandled.push(message));

const page = {
  hasWebCrypto: "subtle" in crypto,
  run: async (name: string, url: string): Promise<string> => {
    try {
      await contract[name]?.({ url, options: { transport: platformTransport } });
      // Unhandled rejections are told only after the task.
      await new Promise((resolve) => setTimeout(resolve));
      return unhandled.length === 0 ? "ok" : `unhandled: ${unhandled.join("; ")}`;
    } catch (error) {
      return error instanceof Error ? (error.stack ?? error.message) : String(error);
    }
  },
  /** Logs in at the handshake; who it is by then. */
  logInByEntry: async (url: string, token: string): Promise<string | undefined> => {
    await using session = await connect(url, {
      handshakeLogin: true,
      transport: bearerTransport(token),
    });
    await session.ask("hello");
    return session.status.user;
  },
  /** Sends on a connection that is closing. */
  sendLate: (url: string): Promise<void> =>
    new Promise((resolve) => {
      const socket = platformTransport(url, ["wsecho.v1"], {
        opened: () => {
          socket.close(1000, "");
          socket.send("too late");
        },
        message: () => undefined,
        closed: () => resolve(),
      });
    }),
};

export type Page = typeof page;

Object.assign(globalThis, { page });
