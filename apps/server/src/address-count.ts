import { networkOf } from "./store/failure-keys.ts";

/** How many connections each address has; an IPv6 /64 is one address, for one customer has it all. */
export interface AddressCount {
  readonly of: (address: string) => number;
  /** @returns takes it back, once */
  readonly add: (address: string) => () => void;
}

export function createAddressCount(): AddressCount {
  const counts = new Map<string, number>();
  return {
    of: (address) => counts.get(networkOf(address)) ?? 0,
    add(address) {
      const key = networkOf(address);
      counts.set(key, (counts.get(key) ?? 0) + 1);
      let counted = true;
      return () => {
        if (!counted) return;
        counted = false;
        const rest = (counts.get(key) ?? 1) - 1;
        if (rest === 0) counts.delete(key);
        else counts.set(key, rest);
      };
    },
  };
}
