// What hides secrets outside records, with little to load.
export { redactAddress, redactHandshake, redactHeader } from "./redact-head.ts";
export { redactV1 } from "./redact-text.ts";
export type { Direction, HandshakeRecord, Header, Redacted, Stamp, Vantage } from "./records.ts";
