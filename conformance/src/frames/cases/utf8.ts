import {
  aFailure,
  anEcho,
  aPong,
  cut,
  expects,
  fragments,
  ping,
  send,
  text,
  unlessFailed,
  type FrameCase,
} from "../script.ts";

const kosme = "κόσμε";
const umlauts = "Hello-µ@ßöäüàá-UTF-8!!";
/** κόσμε, U+110000 written as if there were such a character, and some ASCII. */
const tooFar = hex("cebae1bdb9cf83cebcceb5 f4908080 656469746564");

function hex(digits: string): Buffer {
  return Buffer.from(digits.replaceAll(" ", ""), "hex");
}

/** Texts that are whole, empty or cut anywhere (section 5.6). */
const validCases: readonly FrameCase[] = [
  {
    id: "utf8-empty",
    title: "an empty text comes back",
    section: "5.6",
    autobahn: ["6.1.1"],
    steps: () => [send(text("")), expects(anEcho(""))],
  },
  {
    id: "utf8-empty-fragments",
    title: "a text of three empty fragments comes back",
    section: "5.6",
    autobahn: ["6.1.2"],
    steps: () => [send(...fragments(text, ["", "", ""])), expects(anEcho(""))],
  },
  {
    id: "utf8-empty-ends",
    title: "a text between two empty fragments comes back",
    section: "5.6",
    autobahn: ["6.1.3"],
    steps: () => [send(...fragments(text, ["", "middle", ""])), expects(anEcho("middle"))],
  },
  {
    id: "utf8-whole",
    title: "a text of several languages comes back",
    section: "5.6",
    autobahn: ["6.2.1"],
    steps: () => [send(text(umlauts)), expects(anEcho(umlauts))],
  },
  {
    id: "utf8-between-characters",
    title: "a text comes back that is cut between two characters",
    section: "5.6",
    autobahn: ["6.2.2"],
    steps: () => [
      send(...fragments(text, ["Hello-µ@ßöä", "üàá-UTF-8!!"])),
      expects(anEcho(umlauts)),
    ],
  },
  {
    id: "utf8-inside-characters",
    title: "a text comes back that is cut into single bytes",
    section: "5.6",
    autobahn: ["6.2.3"],
    steps: () => [send(...cut(text, umlauts, 1)), expects(anEcho(umlauts))],
  },
  {
    id: "utf8-inside-greek",
    title: "a text of long characters comes back that is cut into single bytes",
    section: "5.6",
    autobahn: ["6.2.4"],
    steps: () => [send(...cut(text, kosme, 1)), expects(anEcho(kosme))],
  },
  ...[1, 2, 3].map((at): FrameCase => ({
    id: `utf8-emoji-cut-${at}`,
    title: `a character of four bytes comes back that is cut behind byte ${at}, a ping between`,
    section: "5.6",
    steps: () => {
      const emoji = Buffer.from("🙂");
      const [a = text(), b = text()] = fragments(text, [emoji.subarray(0, at), emoji.subarray(at)]);
      return [send(a, ping("between"), b), expects(aPong("between"), anEcho(emoji))];
    },
  })),
  {
    id: "utf8-not-in-binary",
    title: "a binary message may hold anything",
    section: "5.6",
    steps: () => [send({ opcode: 2, payload: tooFar }), expects({ kind: "binary", data: tooFar })],
  },
];

/** A server may find out as soon as the byte is there, or at the message's end (section 8.1). */
const invalidCases: readonly FrameCase[] = [
  {
    id: "utf8-invalid",
    title: "a text with a surrogate inside fails",
    section: "8.1",
    autobahn: ["6.3.1"],
    steps: () => [
      send(text(hex("cebae1bdb9cf83cebcceb5 eda080 656469746564"))),
      expects(aFailure(1007)),
    ],
  },
  {
    id: "utf8-invalid-bytes",
    title: "a text with a surrogate inside fails, cut into single bytes",
    section: "8.1",
    autobahn: ["6.3.2"],
    steps: () => [
      send(...cut(text, hex("cebae1bdb9cf83cebcceb5 eda080 656469746564"), 1)),
      expects(aFailure(1007)),
    ],
  },
  ...(
    [
      ["6.4.1", 11, 15],
      ["6.4.2", 12, 13],
    ] as const
  ).map(([autobahn, from, to]): FrameCase => ({
    id: `utf8-fail-fast-${autobahn}`,
    title: `a text fails at its second fragment, or at the end (bytes ${from} to ${to})`,
    section: "8.1",
    autobahn: [autobahn],
    steps: () => {
      const parts = [tooFar.subarray(0, from), tooFar.subarray(from, to), tooFar.subarray(to)];
      const [a = text(), b = text(), c = text()] = fragments(text, parts);
      return [
        send(a, ping("good")),
        expects(aPong("good")),
        send(b, ping("bad")),
        unlessFailed(1007, aPong("bad")),
        send(c),
        expects(aFailure(1007)),
      ];
    },
  })),
  ...(
    [
      ["6.4.3", 11],
      ["6.4.4", 12],
    ] as const
  ).map(([autobahn, from]): FrameCase => ({
    id: `utf8-fail-fast-${autobahn}`,
    title: `a text of one frame fails that turns bad at byte ${from}`,
    section: "8.1",
    autobahn: [autobahn],
    steps: () => [{ send: [text(tooFar)], chop: from }, expects(aFailure(1007))],
  })),
];

type Sequence = readonly [valid: boolean, bytes: string];
const good = (...all: readonly string[]): readonly Sequence[] => all.map((each) => [true, each]);
const bad = (...all: readonly string[]): readonly Sequence[] => all.map((each) => [false, each]);

const range = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from }, (_, i) => from + i);
const bytesHex = (bytes: readonly number[]): string => Buffer.from(bytes).toString("hex");

/** Each of the range, a space behind each: starts of characters that never go on. */
const lonely = (from: number, to: number): string =>
  bytesHex(range(from, to).flatMap((byte) => [byte, 0x20]));

/** Beginnings of characters whose last byte is missing. */
const unfinished = [
  "c0",
  "e080",
  "f08080",
  "f8808080",
  "fc80808080",
  "df",
  "efbf",
  "f7bfbf",
  "fbbfbfbf",
  "fdbfbfbfbf",
];

/** The last two of each plane. */
const nonCharacters = [
  ...["efbfbe", "efbfbf"],
  ..."f09f f0af f0bf f18f f19f f1af f1bf f28f f29f f2af f2bf f38f f39f f3af f3bf f48f"
    .split(" ")
    .flatMap((start) => [`${start}bfbe`, `${start}bfbf`]),
];

/**
 * The classes of Markus Kuhn's stress test for UTF-8 decoders, in the order in which the Autobahn
 * suite numbers them, from 6.5 on.
 */
const sequences: readonly (readonly [title: string, sequences: readonly Sequence[]])[] = [
  [
    "characters of each length",
    good(
      "68656c6c6f24776f726c64",
      "68656c6c6fc2a2776f726c64",
      "68656c6c6fe282ac776f726c64",
      "68656c6c6ff0a4ada2776f726c64",
      "cebae1bdb9cf83cebcceb5",
    ),
  ],
  [
    "beginnings of a text",
    range(1, 12).map((length) => [
      // Behind a whole character.
      [2, 5, 7, 9, 11].includes(length),
      "cebae1bdb9cf83cebcceb5".slice(0, 2 * length),
    ]),
  ],
  ["the first character of each length", good("00", "c280", "e0a080", "f0908080")],
  ["five and six bytes, from the first", bad("f888808080", "fc8480808080")],
  ["the last character of each length", good("7f", "dfbf", "efbfbf", "f48fbfbf")],
  ["four to six bytes, at the last", bad("f7bfbfbf", "fbbfbfbfbf", "fdbfbfbfbfbf")],
  [
    "characters beside a boundary",
    [...good("ed9fbf", "ee8080", "efbfbd", "f48fbfbf"), ...bad("f4908080")],
  ],
  [
    "continuation bytes alone",
    bad(
      "80",
      "bf",
      "80bf",
      "80bf80",
      "80bf80bf",
      "80bf80bf80",
      "80bf80bf80bf",
      bytesHex(range(0x80, 0xbf)),
    ),
  ],
  [
    "first bytes alone",
    bad(
      lonely(0xc0, 0xdf),
      lonely(0xe0, 0xef),
      lonely(0xf0, 0xf7),
      lonely(0xf8, 0xfb),
      lonely(0xfc, 0xfd),
    ),
  ],
  ["characters without their last byte", bad(...unfinished)],
  ["several of these in a row", bad(unfinished.join(""))],
  ["bytes that are in no character", bad("fe", "ff", "fefeffff")],
  ["a slash in too many bytes", bad("c0af", "e080af", "f08080af", "f8808080af", "fc80808080af")],
  [
    "the longest in too many bytes",
    bad("c1bf", "e09fbf", "f08fbfbf", "f887bfbfbf", "fc83bfbfbfbf"),
  ],
  ["NUL in too many bytes", bad("c080", "e08080", "f0808080", "f880808080", "fc8080808080")],
  ["single surrogates", bad("eda080", "edadbf", "edae80", "edafbf", "edb080", "edbe80", "edbfbf")],
  [
    "pairs of surrogates",
    bad(
      ...["eda080", "edadbf", "edae80", "edafbf"].flatMap((high) =>
        ["edb080", "edbfbf"].map((low) => high + low),
      ),
    ),
  ],
  ["code points that are no characters", good(...nonCharacters)],
  [
    "specials, the replacement character among them",
    good("efbfb9", "efbfba", "efbfbb", "efbfbc", "efbfbd", "efbfbe", "efbfbf"),
  ],
];

const sequenceCases: readonly FrameCase[] = sequences.flatMap(([title, group], i) =>
  group.map(([valid, digits], j) => {
    const number = `6.${i + 5}.${j + 1}`;
    const bytes = hex(digits);
    return {
      id: `utf8-${number}`,
      title: `${title}: ${digits.length > 24 ? `${digits.slice(0, 24)}…` : digits} ${valid ? "comes back" : "fails"}`,
      section: valid ? "5.6" : "8.1",
      autobahn: [number],
      steps: () => [send(text(bytes)), expects(valid ? anEcho(bytes) : aFailure(1007))],
    };
  }),
);

export const utf8Cases: readonly FrameCase[] = [...validCases, ...invalidCases, ...sequenceCases];
