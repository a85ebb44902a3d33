import { deflateRawSync, constants, createDeflateRaw } from "node:zlib";
import { latin, type Piece } from "./decode.ts";
import { answer, clientFrame, deflateHeader, frame, request } from "./wire.ts";

const bye = Uint8Array.of(0x03, 0xe8, 0x62, 0x79, 0x65);

/** A session with everything that a capture has to carry; without a secret. */
export const session: readonly Piece[] = [
  ["c2s", request("X-Order: b\r\nX-order: a\r\n")],
  ["s2c", answer()],
  ["s2c", frame("welcome")],
  ["c2s", clientFrame("Hello, wörld €")],
  ["s2c", frame("Hello, ", { fin: 0 })],
  ["s2c", frame("srv", { op: 9 })],
  ["c2s", clientFrame("srv", { op: 10 })],
  ["s2c", frame("wörld €", { op: 0 })],
  [
    "c2s",
    clientFrame(
      Uint8Array.from({ length: 300 }, (_, i) => i),
      { op: 2 },
    ),
  ],
  ["s2c", frame("x".repeat(70_000))],
  ["c2s", clientFrame("")],
  ["c2s", clientFrame(bye, { op: 8 })],
  ["s2c", frame(bye, { op: 8 })],
];

const sync = (text: string): Uint8Array =>
  deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);

/** One window over all `texts`, as context takeover has it. */
export async function deflateAll(texts: readonly string[]): Promise<readonly Uint8Array[]> {
  const stream = createDeflateRaw();
  const out: Uint8Array[] = [];
  for (const text of texts) {
    const parts: Buffer[] = [];
    const collect = (part: Buffer): void => void parts.push(part);
    stream.on("data", collect);
    stream.write(text);
    await new Promise<void>((resolve) => stream.flush(constants.Z_SYNC_FLUSH, resolve));
    stream.off("data", collect);
    out.push(Uint8Array.from(Buffer.concat(parts).subarray(0, -4)));
  }
  stream.close();
  return out;
}

/** A session with compressed messages, whole and in fragments. */
export async function compressedSession(texts: readonly string[]): Promise<readonly Piece[]> {
  const up = await deflateAll(texts);
  const down = await deflateAll(texts);
  return [
    ["c2s", request(deflateHeader)],
    ["s2c", answer(deflateHeader)],
    ["s2c", frame(sync("greeting"), { rsv: 4 })],
    ...up.flatMap((bytes, i): Piece[] => {
      const half = Math.floor(bytes.length / 2);
      const below = down[i] ?? new Uint8Array(0);
      return [
        ["c2s", clientFrame(bytes.subarray(0, half), { rsv: 4, fin: 0 })],
        ["s2c", frame(below, { rsv: 4 })],
        ["c2s", clientFrame(bytes.subarray(half), { op: 0 })],
      ];
    }),
  ];
}

/** All bytes of one direction. */
export const streamOf = (pieces: readonly Piece[], wanted: "c2s" | "s2c"): Buffer =>
  Buffer.concat(
    pieces
      .filter(([dir]) => dir === wanted)
      .map(([, bytes]) => (typeof bytes === "string" ? latin(bytes) : (bytes as Uint8Array))),
  );
