/**
 * The protocol's test vectors, for other implementations: `@wsecho/protocol/vectors`. The same
 * files lie in the package's folder `vectors`, with a README, for other languages.
 */
export {
  clientVectors,
  closeVectors,
  faultVectors,
  handshakeVectors,
  messageVectors,
  plainLoginVectors,
  reasonVectors,
  sessionVectors,
} from "./files.ts";
export type {
  Amount,
  BinaryContent,
  ClientStep,
  ClientVector,
  CloseVector,
  FaultVector,
  HandshakeVector,
  JsonObject,
  MessageVector,
  Operation,
  PlainLoginVector,
  ReasonVector,
  ServerSetup,
  SessionStep,
  SessionVector,
  Tamper,
  TextContent,
  Vector,
} from "./format.ts";
export { amountOf, fillIn, mismatch, type Setting } from "./match.ts";
export { spoil } from "./spoil.ts";
