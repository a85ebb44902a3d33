import type { Outcome } from "@wsecho/protocol";

type Accepted = Extract<Outcome, { readonly kind: "accepted" }>;
type Refused = Extract<Outcome, { readonly kind: "refused" }>;

/** The machine's outcome, with what the server itself has to know about it. */
export type Verdict =
  | (Accepted & Proof)
  | (Refused & {
      /** It was too early; nothing was checked. */
      readonly throttled?: boolean;
      /** Nobody waited for it any more; nothing was checked. */
      readonly abandoned?: boolean;
    })
  | Exclude<Outcome, Accepted | Refused>;

export interface Proof {
  /** For the log and the audit: a v1 mechanism, or `basic` or `bearer` of the handshake. */
  readonly mechanism: string;
  /** The state of the user that was proven; 0 where the store has no such thing. */
  readonly version: number;
}
