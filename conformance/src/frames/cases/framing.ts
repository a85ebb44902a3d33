import { opcodes, type ClientFrame } from "../frame.ts";
import {
  aBinaryEcho,
  aFailure,
  anEcho,
  aPong,
  binary,
  expects,
  frame,
  ping,
  rawClose,
  send,
  sendChopped,
  text,
  type FrameCase,
} from "../script.ts";

const empty = new Uint8Array(0);
const lengths = [0, 125, 126, 127, 128, 65_535, 65_536];

/** Whole messages, at every length where the form of a header changes (section 5.2). */
const lengthCases: readonly FrameCase[] = lengths.flatMap((length, i) => [
  {
    id: `text-${length}`,
    title: `a text of ${length} bytes comes back`,
    section: "5.2",
    autobahn: [`1.1.${i + 1}`],
    unwrapped: true,
    steps: () => [send(text("*".repeat(length))), expects(anEcho("*".repeat(length)))],
  },
  {
    id: `binary-${length}`,
    title: `a binary message of ${length} bytes comes back`,
    section: "5.2",
    autobahn: [`1.2.${i + 1}`],
    steps: () => {
      const payload = Buffer.alloc(length, 0xfe);
      return [send(binary(payload)), expects(aBinaryEcho(payload))];
    },
  },
]);

const choppedCases: readonly FrameCase[] = [
  {
    id: "text-chopped",
    title: "a text of 65536 bytes comes back that arrives in segments of 997",
    section: "5.2",
    autobahn: ["1.1.8"],
    unwrapped: true,
    steps: () => [sendChopped(997, text("*".repeat(65_536))), expects(anEcho("*".repeat(65_536)))],
  },
  {
    id: "binary-chopped",
    title: "a binary message of 65536 bytes comes back that arrives in segments of 997",
    section: "5.2",
    autobahn: ["1.2.8"],
    steps: () => {
      const payload = Buffer.alloc(65_536, 0xfe);
      return [sendChopped(997, binary(payload)), expects(aBinaryEcho(payload))];
    },
  },
];

/**
 * The sender must use as few bytes as it needs; nothing is said about a receiver, so it may take
 * the frame or fail the connection.
 */
const nonMinimalCases: readonly FrameCase[] = [
  [5, 2],
  [125, 2],
  [5, 8],
  [126, 8],
  [65_535, 8],
].map(([length = 0, lengthBytes]) => ({
  id: `length-${length}-in-${lengthBytes ?? 0}`,
  title: `a length of ${length}, written in ${lengthBytes ?? 0} bytes, is taken or refused`,
  section: "5.2",
  steps: () => {
    const payload = Buffer.alloc(length, 0x61);
    const form = { lengthBytes } as { readonly lengthBytes: 2 | 8 };
    return [
      send(binary(payload, form), ping("after")),
      { unlessFailed: [aBinaryEcho(payload), aPong("after")], codes: [1002] },
    ];
  },
}));

const nonMinimalPing: FrameCase = {
  id: "length-of-ping-5-in-2",
  title: "a ping whose length of 5 is written in 2 bytes is taken or refused",
  section: "5.5",
  steps: () => [
    send(ping("Hello", { lengthBytes: 2 })),
    { unlessFailed: [aPong("Hello")], codes: [1002] },
  ],
};

/** What no server can take, told from the header alone: the payload never comes. */
const lengthFailures: readonly (readonly [
  id: string,
  title: string,
  claim: bigint,
  codes: readonly number[],
])[] = [
  ["length-top-bit", "a length whose top bit is set fails", 2n ** 63n, [1002, 1009]],
  ["length-all-bits", "a length of 2^64 - 1 fails", 2n ** 64n - 1n, [1002, 1009]],
  ["length-2-60", "a length of 2^60 fails at its header (section 10.4)", 2n ** 60n, [1009]],
  ["length-2-53", "a length of 2^53 fails at its header (section 10.4)", 2n ** 53n, [1009]],
  ["length-2-40", "a length of 2^40 fails at its header (section 10.4)", 2n ** 40n, [1009]],
];

const lengthFailureCases: readonly FrameCase[] = lengthFailures.map(
  ([id, title, claimedLength, codes]) => ({
    id,
    title,
    section: "5.2",
    steps: () => [send(binary("", { claimedLength, lengthBytes: 8 })), expects(aFailure(...codes))],
  }),
);

const masks: readonly (readonly [id: string, title: string, frames: readonly ClientFrame[]])[] = [
  ["unmasked-text", "an unmasked text fails", [text("Hello", { mask: null })]],
  ["unmasked-binary", "an unmasked binary message fails", [binary("Hello", { mask: null })]],
  ["unmasked-empty", "an unmasked frame without payload fails", [text("", { mask: null })]],
  ["unmasked-ping", "an unmasked ping fails", [ping("Hello", { mask: null })]],
  ["unmasked-close", "an unmasked close frame fails", [rawClose("\u0003\u00e8", { mask: null })]],
  [
    "unmasked-later",
    "an unmasked text behind a masked one fails",
    [binary("first"), text("Hello", { mask: null })],
  ],
  [
    "unmasked-continuation",
    "an unmasked fragment behind a masked one fails",
    [text("Hel", { fin: false }), frame0("lo", null)],
  ],
];

const maskCases: readonly FrameCase[] = [
  ...masks.map(([id, title, frames]): FrameCase => ({
    id,
    title,
    section: "5.1",
    steps: () => [
      send(...frames, ping("after")),
      expects(...(id === "unmasked-later" ? [aBinaryEcho("first")] : []), aFailure(1002)),
    ],
  })),
  {
    id: "masks-of-any-bits",
    title: "a mask may be any four bytes, and another for each frame",
    section: "5.3",
    steps: () => [
      send(
        text("zeros", { mask: Uint8Array.of(0, 0, 0, 0) }),
        text("ones", { mask: Uint8Array.of(255, 255, 255, 255) }),
        text("mixed", { mask: Uint8Array.of(0, 255, 0, 1) }),
        text("to", { fin: false, mask: Uint8Array.of(1, 2, 3, 4) }),
        frame0("gether", Uint8Array.of(9, 8, 7, 6)),
      ),
      expects(anEcho("zeros"), anEcho("ones"), anEcho("mixed"), anEcho("together")),
    ],
  },
];

function frame0(payload: string, mask: Uint8Array | null): ClientFrame {
  return { opcode: opcodes.continuation, payload: Buffer.from(payload), mask };
}

/** The Autobahn suite tries a different frame with each of the seven combinations. */
const reservedBits: readonly (readonly [
  autobahn: string,
  title: string,
  before: readonly ClientFrame[],
  wrong: (rsv: number) => ClientFrame,
])[] = [
  ["3.1", "a text", [], (rsv) => text("Hello, world!", { rsv })],
  ["3.2", "a text behind another", [text("first")], (rsv) => text("Hello", { rsv })],
  ["3.3", "a text behind another", [text("first")], (rsv) => text("Hello", { rsv })],
  ["3.4", "a text behind another", [text("first")], (rsv) => text("Hello", { rsv })],
  ["3.5", "a binary message", [], (rsv) => binary(Buffer.of(0, 255, 254), { rsv })],
  ["3.6", "a ping", [], (rsv) => ping("Hello, world!", { rsv })],
  ["3.7", "a close frame", [], (rsv) => rawClose("", { rsv })],
];

const reservedBitCases: readonly FrameCase[] = reservedBits.map(
  ([autobahn, title, before, wrong], i) => ({
    id: `reserved-bits-${i + 1}`,
    title: `${title} with the reserved bits ${(i + 1).toString(2).padStart(3, "0")} fails`,
    section: "5.2",
    autobahn: [autobahn],
    steps: () => [
      send(...before, wrong(i + 1), ping("after")),
      expects(...before.map(({ payload = "" }) => anEcho(payload)), aFailure(1002)),
    ],
  }),
);

/** The same at a place where more than the first frame of a message is looked at. */
const laterBitCases: readonly FrameCase[] = [1, 2, 4].map((rsv) => ({
  id: `reserved-bits-later-${rsv}`,
  title: `a later fragment with the reserved bits ${rsv.toString(2).padStart(3, "0")} fails`,
  section: "5.2",
  steps: () => [
    send(text("Hel", { fin: false }), { opcode: opcodes.continuation, rsv, payload: empty }),
    expects(aFailure(1002)),
  ],
}));

const laterOpcodeCases: readonly FrameCase[] = [3, 11].map((opcode) => ({
  id: `reserved-opcode-${opcode}-later`,
  title: `the opcode ${opcode} between two fragments fails`,
  section: "5.2",
  steps: () => [
    send(text("Hel", { fin: false }), frame(opcode), frame0("lo", Uint8Array.of(1, 2, 3, 4))),
    expects(aFailure(1002)),
  ],
}));

/** Three to seven, and eleven to fifteen, each as the Autobahn suite dresses it. */
const reservedOpcodeCases: readonly FrameCase[] = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map(
  (opcode) => {
    const kind = opcode < 8 ? 1 : 2;
    const index = opcode < 8 ? opcode - 2 : opcode - 10;
    const payload = index % 2 === 0 ? "payload" : "";
    const before = index > 2 ? [text("first")] : [];
    return {
      id: `reserved-opcode-${opcode}`,
      title: `the opcode ${opcode}${payload === "" ? "" : " with a payload"} fails`,
      section: "5.2",
      autobahn: [`4.${kind}.${index}`],
      steps: () => [
        send(...before, frame(opcode, payload), ping("after")),
        expects(...before.map(() => anEcho("first")), aFailure(1002)),
      ],
    };
  },
);

export const framingCases: readonly FrameCase[] = [
  ...lengthCases,
  ...choppedCases,
  ...nonMinimalCases,
  nonMinimalPing,
  ...lengthFailureCases,
  ...maskCases,
  ...reservedBitCases,
  ...laterBitCases,
  ...reservedOpcodeCases,
  ...laterOpcodeCases,
];
