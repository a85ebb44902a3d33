import { opcodes, type ClientFrame } from "../frame.ts";
import {
  aBinaryEcho,
  aFailure,
  anEcho,
  aPong,
  binary,
  expects,
  ping,
  rawClose,
  send,
  text,
  type FrameCase,
} from "../script.ts";

const plainOffer = "permessage-deflate";
const hints = "client_no_context_takeover; client_max_window_bits";
const noContext = "server_no_context_takeover";

/** Five kinds of data, as different as those that the Autobahn suite takes from files. */
const kinds: readonly (readonly [name: string, isText: boolean, make: () => Buffer])[] = [
  [
    "prose",
    false,
    () => Buffer.from("Habe nun, ach! Philosophie, Juristerei und Medizin durchaus studiert. "),
  ],
  ["a picture", false, () => Buffer.from(Array.from({ length: 512 }, (_, i) => (i * i) >> 9))],
  ["noise", false, () => noise(200_000)],
  ["JSON", true, () => Buffer.from('{"id":4711,"name":"wsecho","tags":["a","b"],"ok":true},')],
  ["HTML", true, () => Buffer.from('<li class="row"><a href="/item/1">one</a></li>\n')],
];

/** What cannot be made smaller, the same each time. */
function noise(bytes: number): Buffer {
  let state = 1;
  return Buffer.from(
    Array.from({ length: bytes }, () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return state >>> 24;
    }),
  );
}

/** Size of a message, and of the frames that it is cut into; 0 for one frame. */
const sizes: readonly (readonly [bytes: number, fragment: number])[] = [
  ...[16, 64, 256, 1024, 4096, 8192, 16_384, 32_768, 65_536, 131_072].map(
    (bytes) => [bytes, 0] as const,
  ),
  ...[8192, 16_384, 32_768, 65_536, 131_072].map((bytes) => [bytes, 256] as const),
  ...[1024, 4096, 32_768].map((fragment) => [131_072, fragment] as const),
];

/** That suite sends a thousand; as no context is kept, one is like another. */
const messagesEach = 3;

const offers: readonly (readonly [offer: string, answer: RegExp])[] = [
  [`${plainOffer}; ${hints}`, /permessage-deflate/],
  [`${plainOffer}; ${noContext}; ${hints}`, /server_no_context_takeover/],
  [`${plainOffer}; server_max_window_bits=8; ${hints}`, /server_max_window_bits=8/],
  [`${plainOffer}; server_max_window_bits=15; ${hints}`, /permessage-deflate/],
  [
    `${plainOffer}; ${noContext}; server_max_window_bits=8; ${hints}`,
    /(?=.*server_no_context_takeover)(?=.*server_max_window_bits=8)/,
  ],
  [
    `${plainOffer}; ${noContext}; server_max_window_bits=15; ${hints}`,
    /server_no_context_takeover/,
  ],
  [
    `${plainOffer}; ${noContext}; server_max_window_bits=8, ${plainOffer}; ${noContext}, ${plainOffer}`,
    /permessage-deflate/,
  ],
];

function sizeCases(
  number: string,
  title: string,
  kind: (typeof kinds)[number],
  [offer, answer]: (typeof offers)[number],
): readonly FrameCase[] {
  const [, isText, make] = kind;
  return sizes.map(([bytes, fragment], i) => ({
    id: `deflate-${number}.${i + 1}`,
    title: `${title}, ${bytes} bytes${fragment === 0 ? "" : ` in frames of ${fragment}`}: compressed, it comes back`,
    section: "RFC 7692 7.2",
    autobahn: [`${number}.${i + 1}`],
    offer: { header: offer, answer },
    heavy: true,
    unwrapped: true,
    steps: () => {
      const payload = Buffer.alloc(bytes, make());
      const message = (isText ? text : binary)(payload, { deflate: fragment });
      return Array.from({ length: messagesEach }, () => [
        send(message),
        expects(isText ? anEcho(payload) : aBinaryEcho(payload)),
      ]).flat();
    },
  }));
}

const json = kinds[3] ?? ["", true, () => Buffer.alloc(0)];
const firstOffer = offers[0] ?? [plainOffer, /permessage-deflate/];

const sizeAndOfferCases: readonly FrameCase[] = [
  ...kinds.flatMap((kind, i) => sizeCases(`12.${i + 1}`, kind[0], kind, firstOffer)),
  ...offers.flatMap((offer, i) => sizeCases(`13.${i + 1}`, `offer ${i + 1}`, json, offer)),
];

const raw = (opcode: number, hex: string, more: Partial<ClientFrame> = {}): ClientFrame => ({
  opcode,
  rsv: 4,
  payload: Buffer.from(hex.replaceAll(" ", ""), "hex"),
  ...more,
});

type Row = readonly [id: string, title: string, section: string, frames: readonly ClientFrame[]];

const hello: readonly Row[] = [
  ["hello", "one block", "7.2.3.1", [raw(opcodes.text, "f248cdc9c90700")]],
  [
    "hello-fragments",
    "one block in two frames, a ping between",
    "7.2.3.1",
    [
      raw(opcodes.text, "f248cd", { fin: false }),
      ping("between"),
      raw(opcodes.continuation, "c9c90700", { rsv: 0 }),
    ],
  ],
  ["hello-stored", "a block without compression", "7.2.3.3", [raw(1, "000500faff48656c6c6f00")]],
  ["hello-final", "a block that says it is the last", "7.2.3.4", [raw(1, "f348cdc9c9070000")]],
  ["hello-two", "two blocks", "7.2.3.5", [raw(1, "f24805000000ffffcac9c90700")]],
  ["uncompressed", "a message that is not compressed", "6", [text("Hello")]],
];

const compressedFailures: readonly (readonly [...Row, codes: readonly number[]])[] = [
  [
    "continuation-bit",
    "RSV1 at a later fragment",
    "6.1",
    [raw(1, "f248cd", { fin: false }), raw(0, "c9c90700")],
    [1002],
  ],
  ["ping-bit", "RSV1 at a ping", "6.1", [ping("a", { rsv: 4 })], [1002]],
  ["close-bit", "RSV1 at a close frame", "6.1", [rawClose("", { rsv: 4 })], [1002]],
  ["other-bits", "RSV2 beside RSV1", "6.1", [raw(1, "f248cdc9c90700", { rsv: 6 })], [1002]],
  ["corrupt", "what cannot be inflated", "7.2.2", [raw(1, "ffffffff")], [1007, 1002]],
  [
    "not-utf8",
    "a text that is not UTF-8 once it is inflated",
    "7.2.2",
    [raw(1, "3aac0100")],
    [1007],
  ],
];

/** What the client did not offer to be told must not be in the answer. */
const offer = { header: plainOffer, answer: /^(?!.*client_max_window_bits)permessage-deflate/ };

const ruleCases: readonly FrameCase[] = [
  ...hello.map(([id, title, section, frames]): FrameCase => ({
    id: `deflate-${id}`,
    title: `${title}: Hello comes back`,
    section: `RFC 7692 ${section}`,
    offer,
    unwrapped: true,
    steps: () => [
      send(...frames),
      expects(...(frames.length === 3 ? [aPong("between")] : []), anEcho("Hello")),
    ],
  })),
  {
    id: "deflate-second-offer",
    title: "an offer that cannot be taken is passed over for the next",
    section: "RFC 7692 5",
    offer: { ...offer, header: `${plainOffer}; server_max_window_bits=99, x, ${plainOffer}` },
    unwrapped: true,
    steps: () => [send(raw(opcodes.text, "f248cdc9c90700")), expects(anEcho("Hello"))],
  },
  {
    id: "deflate-empty",
    title: "an empty message comes back",
    section: "RFC 7692 7.2.3.6",
    offer,
    unwrapped: true,
    steps: () => [send(raw(2, "00"), raw(1, "00")), expects(aBinaryEcho(""), anEcho(""))],
  },
  ...compressedFailures.map(([id, title, section, frames, codes]): FrameCase => ({
    id: `deflate-${id}`,
    title: `${title} fails`,
    section: `RFC 7692 ${section}`,
    offer,
    unwrapped: true,
    steps: () => [send(...frames), expects(aFailure(...codes))],
  })),
];

/** permessage-deflate (RFC 7692), where a server has it. */
export const deflateCases: readonly FrameCase[] = [...ruleCases, ...sizeAndOfferCases];
