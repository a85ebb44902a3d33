/**
 * Offered before `wsecho.v1`. Some servers select whatever is offered first; this way they do not
 * seem to know v1, which only its own servers look for in second place (PROTOCOL.md N2).
 */
export const decoy = "wsecho.none";

/** A selected subprotocol that means something; `""` for none. */
export function meantBy(selected: string): string {
  return selected === decoy ? "" : selected;
}
