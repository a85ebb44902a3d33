import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import { opcodes, type ClientFrame } from "./frame.ts";

/** What both sides have agreed on (RFC 7692 section 7.1). */
export interface Agreement {
  readonly serverKeepsContext: boolean;
  /** 8 to 15, as for the client. */
  readonly serverWindowBits: number;
  /** 8 to 15: how far back the client may refer, as a power of two. */
  readonly clientWindowBits: number;
}

/** The sync flush at the end of every message, which stays at home (RFC 7692 section 7.2.1). */
const tail = Buffer.of(0, 0, 0xff, 0xff);
const { Z_SYNC_FLUSH: finishFlush } = constants;

/** The largest window, which is all that a later message can refer to. */
const windowBytes = 32 * 1024;

const parameter =
  "server_no_context_takeover|client_no_context_takeover|" +
  "(server|client)_max_window_bits=([89]|1[0-5])";
const agreed = new RegExp(`^permessage-deflate(; ?(${parameter}))*$`);

/** Whether a server may answer this at all (RFC 7692 section 7.1): one offer, each parameter once. */
export function isAgreement(header: string): boolean {
  const names = header.split(";").map((part) => part.trim().replace(/=.*/, ""));
  return agreed.test(header) && new Set(names).size === names.length;
}

/** From the value of `Sec-WebSocket-Extensions`; `null` where nothing is compressed. */
export function agreementOf(header: string): Agreement | null {
  if (!/^permessage-deflate\s*(;|$)/i.test(header)) return null;
  const bitsOf = (side: string): number =>
    Number(new RegExp(`${side}_max_window_bits\\s*=\\s*"?(\\d+)`, "i").exec(header)?.[1] ?? 15);
  return {
    serverKeepsContext: !/server_no_context_takeover/i.test(header),
    serverWindowBits: bitsOf("server"),
    clientWindowBits: bitsOf("client"),
  };
}

/** One message in compressed frames of so many bytes; 0 for a single frame. */
export function deflated(
  { payload = new Uint8Array(0), deflate = 0, ...frame }: ClientFrame,
  { clientWindowBits }: Agreement,
): readonly ClientFrame[] {
  // The platform has no window of 8 bits; without compression nothing is referred to.
  const how = clientWindowBits < 9 ? { level: 0 } : { windowBits: clientWindowBits };
  const whole = deflateRawSync(payload, { ...how, finishFlush });
  const bytes = whole.subarray(0, -tail.length);
  const size = deflate === 0 ? bytes.length : deflate;
  const count = Math.max(1, Math.ceil(bytes.length / size));
  return Array.from({ length: count }, (_, i) => ({
    ...frame,
    ...(i === 0 ? { rsv: 4 } : { opcode: opcodes.continuation }),
    fin: i === count - 1,
    payload: bytes.subarray(i * size, (i + 1) * size),
  }));
}

/** Makes the server's compressed messages what they were; throws for what is none. */
export function createInflater({
  serverKeepsContext,
  serverWindowBits: windowBits,
}: Agreement): (bytes: Buffer) => Buffer {
  let context = Buffer.alloc(0);
  // It looks no further back than the window where what it made leaves it often.
  const how = { windowBits, chunkSize: Math.min(2 ** windowBits, 16 * 1024), finishFlush };
  return (bytes) => {
    const dictionary = context.length === 0 ? {} : { dictionary: context };
    const message = inflateRawSync(Buffer.concat([bytes, tail]), { ...dictionary, ...how });
    if (serverKeepsContext) context = Buffer.concat([context, message]).subarray(-windowBytes);
    return message;
  };
}
