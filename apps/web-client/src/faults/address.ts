import { failure, success, type Result } from "@wsecho/protocol";
import { injectedReason, readFaults, writeFaults, type Faults } from "@wsecho/protocol/faults";

/**
 * The faults that an address asks for, as a person types it, perhaps without a scheme. The error is
 * what a server would say.
 */
export function faultsOf(address: string): Result<Faults, string> {
  const read = readFaults(queryOf(address));
  return read.ok ? success(read.value ?? {}) : failure(read.error);
}

/** `address` with these faults in place of those that it asks for; what else it says stays. */
export function withFaults(address: string, faults: Faults): string {
  const [base = ""] = address.split("?", 1);
  const others = queryOf(address)
    .split("&")
    .filter((part) => part !== "" && !/^faults?(-reason)?(=|$)/i.test(part));
  const list = writeFaults(faults);
  const { ending } = faults;
  const parts = [...others, ...(list === "" ? [] : [`fault=${list}`])];
  if (ending?.kind === "close" && ending.reason !== injectedReason)
    parts.push(`fault-reason=${encodeURIComponent(ending.reason)}`);
  return parts.length === 0 ? base : `${base}?${parts.join("&")}`;
}

function queryOf(address: string): string {
  const at = address.indexOf("?");
  return at < 0 ? "" : address.slice(at + 1);
}
