import type { Socket } from "node:net";
import { createAddressCount } from "./address-count.ts";
import type { Connections } from "./connections.ts";
import type { LimitName } from "./limit-names.ts";
import type { ServerLimits } from "./limits.ts";
import { unavailable, type Refusal } from "./refusal.ts";

/** A refusal for want of room, and the limit behind it. */
export interface NoRoom {
  readonly limit: LimitName;
  readonly refusal: Refusal;
}

/** Whether there is room for one more connection: on the server, and of its address. */
export interface Room {
  readonly lacking: (
    address: string,
    limits: Pick<ServerLimits, "maxConnections" | "maxConnectionsPerAddress">,
  ) => NoRoom | undefined;
  /** Takes a place, until the socket closes. */
  readonly take: (address: string, socket: Socket) => void;
}

/** Where a socket keeps the address whose place it has: a listener for each would be four objects more. */
const placeOf = Symbol("place");

type Placed = Socket & { [placeOf]?: string | undefined };

export function createRoom({ count, onGone }: Pick<Connections, "count" | "onGone">): Room {
  const addresses = createAddressCount();
  onGone((socket: Placed) => {
    const address = socket[placeOf];
    if (address !== undefined) addresses.remove(address);
  });
  return {
    lacking(address, { maxConnections, maxConnectionsPerAddress }) {
      if (count() >= maxConnections) return full;
      return addresses.of(address) >= maxConnectionsPerAddress ? crowded : undefined;
    },
    take(address, socket: Placed) {
      addresses.add(address);
      socket[placeOf] = address;
    },
  };
}

const full: NoRoom = {
  limit: "max-connections",
  refusal: unavailable("the server has as many connections as it takes; try again later"),
};

const crowded: NoRoom = {
  limit: "max-connections-per-address",
  refusal: {
    status: 429,
    message:
      "this address has as many connections as one may have; close some, or try again later. " +
      "Behind a proxy, the server needs --trust-proxy to tell its peers apart",
    headers: { "Retry-After": "10" },
  },
};
