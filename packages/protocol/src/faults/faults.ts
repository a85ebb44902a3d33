/** What a session asks its server to do badly: PROTOCOL.md section 13. Whatever is absent works as ever. */
export interface Faults {
  /** How long each message and each pong is held back; ms, 1 to 300 000. */
  readonly delayMs?: number;
  /** How many frames each message comes in; 2 to 100. */
  readonly fragments?: number;
  /** Between two of those frames; ms, 1 to 10 000. */
  readonly gapMs?: number;
  /** Pings stay unanswered, those of v1 too. */
  readonly noPong?: true;
  /** Nothing is compressed, whatever the client offers. */
  readonly noCompress?: true;
  readonly ending?: Ending;
}

/** How the session ends before its time. */
export type Ending = (
  | {
      readonly kind: "close";
      /** One that may stand in a close frame (RFC 6455 section 7.4). */
      readonly code: number;
      /** At most 123 bytes of UTF-8. */
      readonly reason: string;
    }
  /** The connection ends without a close frame. */
  | { readonly kind: "abort" }
  /** The connection stays, and nothing more comes over it. */
  | { readonly kind: "silence" }
) & {
  /** Behind so many answers; 0: right after the login. At most 1 000 000. */
  readonly after: number;
};

/** The names of all faults, as they stand in a URL. */
export const faultNames = [
  "delay",
  "fragment",
  "gap",
  "no-pong",
  "no-compress",
  "close",
  "abort",
  "silence",
] as const;

/** One of {@link faultNames}. */
export type FaultName = (typeof faultNames)[number];

/** The largest of what may be asked for. */
export const faultBounds = {
  delayMs: 300_000,
  fragments: 100,
  gapMs: 10_000,
  after: 1_000_000,
} as const;

/** What a close says that was asked for without a reason: nobody shall take it for a real one. */
export const injectedReason = "injected fault";

/** Whether `code` may stand in a close frame (RFC 6455 section 7.4; 1012 to 1014 are IANA's). */
export function isSendableCode(code: number): boolean {
  if (code >= 3000 && code <= 4999) return true;
  return code >= 1000 && code <= 1014 && (code < 1004 || code > 1006);
}
