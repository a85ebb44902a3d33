import { networkOf } from "./store/failure-keys.ts";

/** How many connections each address has; an IPv6 /64 is one address, for one customer has it all. */
export interface AddressCount {
  readonly of: (address: string) => number;
  readonly add: (address: string) => void;
  /** To be called once for each that was added. */
  readonly remove: (address: string) => void;
}

export function createAddressCount(): AddressCount {
  const counts = new Map<string, number>();
  return {
    of: (address) => counts.get(networkOf(address)) ?? 0,
    add(address) {
      const key = networkOf(address);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    },
    remove(address) {
      const key = networkOf(address);
      const rest = (counts.get(key) ?? 1) - 1;
      if (rest === 0) counts.delete(key);
      else counts.set(key, rest);
    },
  };
}
