import { constants, createDeflateRaw } from "node:zlib";
import type { Needle } from "@wsecho/testkit/needles";
import { acceptFor, encodeHeader, mask, type Direction } from "@wsecho/wire";

/** Bytes of one side, each piece in a segment of its own. */
export type Step = readonly [dir: Direction, ...pieces: readonly Buffer[]];

/** One connection, with a secret in every place of its kind that holds one. */
export interface Talk {
  readonly name: string;
  readonly steps: readonly Step[];
}

export interface Planted {
  readonly talks: readonly Talk[];
  /** One for each secret, so that a failure says which one it was. */
  readonly needles: readonly Needle[];
}

/** What nobody hides: what shows it was not shown nothing. */
export const harmless = "all may see this";

const plainTexts = {
  refused: "sorry, the username or password is wrong, please submit again",
  accepted: "congratulation, you have connect with server\r\nnow, you can do something else",
};
const deflate = "Sec-WebSocket-Extensions: permessage-deflate\r\n";
const v1 = "Sec-WebSocket-Protocol: wsecho.v1\r\n";
const key = "dGhlIHNhbXBsZSBub25jZQ==";

const request = (headers = "", target = "/"): Buffer =>
  Buffer.from(
    `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      `Sec-WebSocket-Key: ${key}\r\n${headers}Sec-WebSocket-Version: 13\r\n\r\n`,
    "latin1",
  );
const answer = (headers = ""): Buffer =>
  Buffer.from(
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      `Sec-WebSocket-Accept: ${acceptFor(key)}\r\n${headers}\r\n`,
    "latin1",
  );

interface Shape {
  readonly op?: number;
  readonly fin?: 0 | 1;
  readonly rsv?: number;
}

let drawn = 0;
function frame(dir: Direction, payload: string | Uint8Array, shape: Shape = {}): Buffer {
  const { op = 1, fin = 1, rsv = 0 } = shape;
  const bytes = Buffer.from(payload as string);
  const masked = dir === "c2s";
  // Another one each time, as clients have it.
  const maskingKey = masked ? Buffer.of(++drawn, 0x5a, drawn * 7, 0xc3) : null;
  const header = encodeHeader({ op, fin, rsv, masked, len: bytes.length });
  return Buffer.concat([header, maskingKey ?? Buffer.alloc(0), mask(bytes, maskingKey)]);
}

const up = (payload: string | Uint8Array, shape?: Shape): Step => [
  "c2s",
  frame("c2s", payload, shape),
];
const down = (payload: string | Uint8Array, shape?: Shape): Step => [
  "s2c",
  frame("s2c", payload, shape),
];
/** In three fragments, with a ping between them. */
function fragments(payload: string | Uint8Array, rsv = 0, op = 1): readonly Step[] {
  const bytes = Buffer.from(payload as string);
  const third = Math.ceil(bytes.length / 3);
  return [
    up(bytes.subarray(0, third), { op, rsv, fin: 0 }),
    up("between", { op: 9 }),
    up(bytes.subarray(third, 2 * third), { op: 0, fin: 0 }),
    up(bytes.subarray(2 * third), { op: 0 }),
  ];
}
/** Byte by byte. */
const segments = (payload: string): Step => [
  "c2s",
  ...Array.from(frame("c2s", payload), (byte) => Buffer.of(byte)),
];

/** One window over all `texts`, as context takeover has it. */
async function deflateAll(texts: readonly string[]): Promise<readonly Buffer[]> {
  const stream = createDeflateRaw();
  const parts: Buffer[] = [];
  stream.on("data", (part: Buffer) => parts.push(part));
  const out: Buffer[] = [];
  for (const text of texts) {
    stream.write(text);
    await new Promise<void>((resolve) => stream.flush(constants.Z_SYNC_FLUSH, resolve));
    out.push(Buffer.concat(parts.splice(0)).subarray(0, -4));
  }
  stream.close();
  return out;
}

const everyByte = (text: string, form: (hex: string) => string): string =>
  [...Buffer.from(text)].map((byte) => form(byte.toString(16).padStart(2, "0"))).join("");

/** Talks of both dialects and of strangers, whole; nothing in them is of a real session. */
export async function plantTalks(): Promise<Planted> {
  const needles: Needle[] = [];
  const plant = (name: string): string => {
    const secret = `Pl4nt-${name}-7ZqX`;
    needles.push({ name, secret });
    return secret;
  };
  const base64 = (text: string): string => Buffer.from(text).toString("base64");
  const base64url = (text: string): string => Buffer.from(text).toString("base64url");
  const auth = (fields: object): string => JSON.stringify({ type: "auth", ...fields });
  const login = (password: string): string =>
    auth({ mechanism: "plain", user: "ada", password, more: "a word, a word, a word" });

  const basic = plant("Basic");
  const query = plant("Query");
  const encodedQuery = plant("EncodedQuery");
  const offered = plant("Offered");
  const headers =
    `Authorization: Basic ${base64(`ada:${basic}`)}\r\n` +
    `Proxy-Authorization: Bearer ${plant("ProxyBearer")}\r\n` +
    `Cookie: id=${plant("Cookie")}; theme=${plant("SecondCookie")}\r\n` +
    `X-Api-Key: ${plant("ApiKey")}\r\nReferer: http://a.example/?t=${plant("Referer")}\r\n` +
    `X-Forwarded-Authorization: Bearer ${plant("Forwarded")}\r\n`;
  const offer = `Sec-WebSocket-Protocol: wsecho.v1, wsecho.bearer.${base64url(offered)}\r\n`;
  const target =
    `/a?token=${query}&x=${everyByte(encodedQuery, (hex) => `%${hex}`)}` +
    `&h=${everyByte(plant("HexQuery"), (hex) => hex)}#${plant("Fragment")}`;
  const fromServer =
    `Set-Cookie: id=${plant("SetCookie")}; HttpOnly\r\n` +
    `Location: ws://ada:${plant("Userinfo")}@a.example/?x=${plant("Location")}\r\n`;

  const v1Logins = [
    login(plant("Password")),
    auth({ mechanism: "token", token: plant("Token") }),
    auth({ mechanism: "scram-sha-256", data: `n,,n=ada,r=${plant("Nonce")}` }),
    JSON.stringify({ type: "response", data: `c=biws,r=x,p=${base64(plant("Proof"))}` }),
    `{"type":"\\u0061uth","password":"${everyByte(plant("Escaped"), (hex) => `\\u00${hex}`)}"}`,
    `{"type":"auth","password":"${plant("Broken")}`,
    login(everyByte(plant("HexPassword"), (hex) => hex)),
  ];
  const v1Answers = [
    JSON.stringify({ type: "challenge", data: `r=${plant("ServerNonce")},s=x,i=4096` }),
    JSON.stringify({ type: "ok", user: "ada", data: `v=${plant("Signature")}` }),
    JSON.stringify({ type: "ok", user: "ada", token: plant("Remembered"), expiresInMs: 1 }),
  ];
  const submit = JSON.stringify({ type: "submit", id: 1, text: harmless });
  const echo = JSON.stringify({ type: "echo", id: 1, text: harmless });
  const bye = Buffer.from("\u0003\u00e8bye", "latin1");
  const end: readonly Step[] = [up(bye, { op: 8 }), down(bye, { op: 8 })];

  const squeezedPlain = await deflateAll([`ada:${plant("Squeezed")}`, harmless]);
  const squeezedV1 = await deflateAll([
    login(plant("SqueezedPassword")),
    login(plant("SqueezedFragments")),
    submit,
  ]);
  const squeezedAnswers = await deflateAll([
    JSON.stringify({ type: "ok", user: "ada", data: `v=${plant("SqueezedSignature")}` }),
    echo,
  ]);
  const [none = Buffer.alloc(0)] = [squeezedV1[0]];
  const echoed = plant("Echoed");
  const body = JSON.stringify({
    says: `no ${query}, no ${basic}, no ${encodedQuery}, no ${offered}`,
    authorization: `Basic ${base64(`ada:${basic}`)}`,
  });

  const talks: readonly Talk[] = [
    {
      name: "plain",
      steps: [
        ["c2s", request(headers, target)],
        ["s2c", answer(fromServer)],
        up(plant("Colonless")),
        down(plainTexts.refused),
        up(plant("Binary"), { op: 2 }),
        down(plainTexts.refused),
        segments(`ada:${plant("Segments")}`),
        down(plainTexts.refused),
        ...fragments(`ada:${plant("Fragments")}`),
        down(plainTexts.accepted),
        up(harmless),
        down(`your submit context: ${harmless}`),
        ...end,
      ],
    },
    {
      name: "a server that says again what it hears",
      steps: [
        ["c2s", request()],
        ["s2c", answer()],
        up(`ada:${echoed}`),
        down(`your submit context: ada:${echoed}`),
        up(harmless),
        ...end,
      ],
    },
    {
      name: "plain, compressed",
      steps: [
        ["c2s", request(deflate + headers)],
        ["s2c", answer(deflate)],
        ...fragments(squeezedPlain[0] ?? none, 4),
        down(plainTexts.accepted),
        up(squeezedPlain[1] ?? none, { rsv: 4 }),
        ...end,
      ],
    },
    {
      name: "v1",
      steps: [
        ["c2s", request(headers + offer, target)],
        ["s2c", answer(v1 + fromServer)],
        ...v1Logins.map((text) => up(text)),
        ...v1Answers.map((text) => down(text)),
        ...fragments(login(plant("V1Fragments"))),
        segments(login(plant("V1Segments"))),
        up(submit),
        down(echo),
        ...end,
      ],
    },
    {
      name: "v1, compressed",
      steps: [
        ["c2s", request(deflate + v1)],
        ["s2c", answer(deflate + v1)],
        up(squeezedV1[0] ?? none, { rsv: 4 }),
        ...fragments(squeezedV1[1] ?? none, 4),
        up(squeezedV1[2] ?? none, { rsv: 4 }),
        down(squeezedAnswers[0] ?? none, { rsv: 4 }),
        down(squeezedAnswers[1] ?? none, { rsv: 4 }),
        ...end,
      ],
    },
    {
      name: "refused, and told what was wrong",
      steps: [
        ["c2s", request(headers + offer, target)],
        [
          "s2c",
          Buffer.from(
            `HTTP/1.1 401 Unauthorized\r\n${fromServer}Content-Length: ${body.length}\r\n\r\n${body}`,
          ),
        ],
      ],
    },
  ];
  return { talks, needles };
}
