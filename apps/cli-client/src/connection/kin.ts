import { subprotocol } from "@wsecho/protocol";
import { decoy } from "./decoy.ts";
import { openSocket, type SocketOptions } from "./socket.ts";

/** What is said where a login that only the environment has was of no use. */
export const unusedLogin =
  "The login in the environment was not used, for this server knows none of wsecho's. " +
  "--dialect plain logs in as the article's programs do, --auth at the handshake.";

/** Asks a server whether it is one of wsecho's: a login that only the environment has is for no other. */
export async function isKin(options: Omit<SocketOptions, "protocols">): Promise<boolean> {
  const opened = await openSocket({ ...options, protocols: [decoy, subprotocol] });
  if (!opened.ok) return false;
  const { socket, protocol } = opened.value;
  // Whoever is held back cannot say goodbye.
  socket.resume?.();
  socket.close(1000, "");
  return protocol === subprotocol;
}
