import type { Payload } from "@wsecho/protocol";

/** Whether a reply is what was sent, byte by byte; `atByte` counts from 0. */
export type EchoCheck =
  { readonly kind: "identical" } | { readonly kind: "differs"; readonly atByte: number };

const identical: EchoCheck = { kind: "identical" };
const encoder = new TextEncoder();

/** Texts are compared as the UTF-8 that went over the wire. */
export function checkEcho(sent: Payload, echoed: Payload): EchoCheck {
  if (sent.kind !== echoed.kind) return { kind: "differs", atByte: 0 };
  if (sent.kind === "text" && echoed.kind === "text" && sent.text === echoed.text) return identical;
  return compare(bytesOf(sent), bytesOf(echoed));
}

function bytesOf(payload: Payload): Uint8Array {
  return payload.kind === "text" ? encoder.encode(payload.text) : payload.data;
}

function compare(a: Uint8Array, b: Uint8Array): EchoCheck {
  const atByte = a.findIndex((byte, i) => byte !== b[i]);
  if (atByte >= 0) return { kind: "differs", atByte };
  return a.byteLength === b.byteLength ? identical : { kind: "differs", atByte: a.byteLength };
}
