import { lookup } from "node:dns/promises";
import { connect, isIP, type Socket } from "node:net";
import { once } from "node:events";
import { fail, formatMs, ok, warn, type Verdict } from "./verdict.ts";

export interface Address {
  readonly address: string;
  readonly family: number;
}

/** The addresses of a host name, in the system's order; none where the verdict is a failure. */
export async function checkName(
  host: string,
): Promise<{ readonly verdict: Verdict; readonly addresses: readonly Address[] }> {
  const family = isIP(host);
  if (family !== 0)
    return {
      verdict: ok("DNS", `${host} is an address, no name to look up`),
      addresses: [{ address: host, family }],
    };
  const began = performance.now();
  try {
    const addresses = await lookup(host, { all: true });
    const list = addresses.map(({ address }) => address).join(", ");
    return {
      verdict: ok("DNS", `${host} is ${list} (${formatMs(performance.now() - began)})`),
      addresses,
    };
  } catch (error) {
    const { code = "unknown error" } = error as NodeJS.ErrnoException;
    const advice =
      code === "EAI_AGAIN"
        ? "The name server did not answer: check the network, then try again."
        : "Check how the name is written, and whether a VPN or /etc/hosts has to know it.";
    return { verdict: fail("DNS", `${host} cannot be looked up (${code})`, advice), addresses: [] };
  }
}

/** Tries every address, because a client may take any of them. Gives the first that answers. */
export async function checkTcp(
  addresses: readonly Address[],
  port: number,
  timeoutMs: number,
): Promise<{ readonly verdict: Verdict; readonly address: Address | null }> {
  const tries = await Promise.all(
    addresses.map(async (address) => ({ address, ...(await reach(address, port, timeoutMs)) })),
  );
  const reached = tries.find(({ error }) => error === null);
  const told = tries
    .map(({ address, error, ms }) => `${address.address} ${error ?? `in ${formatMs(ms)}`}`)
    .join("; ");
  if (reached === undefined) {
    const refused = tries.every(({ error }) => error === "refused");
    const advice = refused
      ? "Nothing listens there: start the server, or check the port."
      : "A firewall may be between, or the server listens on another address.";
    return { verdict: fail("TCP", `port ${port}: ${told}`, advice), address: null };
  }
  const verdict = tries.every(({ error }) => error === null)
    ? ok("TCP", `port ${port}: ${told}`)
    : warn(
        "TCP",
        `port ${port}: ${told}`,
        "Clients that take the other address first fail or come late; make the server listen on both.",
      );
  return { verdict, address: reached.address };
}

async function reach(
  { address }: Address,
  port: number,
  timeoutMs: number,
): Promise<{ readonly error: string | null; readonly ms: number }> {
  const began = performance.now();
  const socket: Socket = connect({ host: address, port });
  try {
    await once(socket, "connect", { signal: AbortSignal.timeout(timeoutMs) });
    return { error: null, ms: performance.now() - began };
  } catch (error) {
    const { code, name } = error as NodeJS.ErrnoException;
    const why = code === "ECONNREFUSED" ? "refused" : (code ?? name);
    return { error: why === "ABORT_ERR" ? "no answer" : why, ms: performance.now() - began };
  } finally {
    socket.destroy();
  }
}
