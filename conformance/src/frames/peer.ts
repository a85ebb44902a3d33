import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { isUtf8 } from "node:buffer";
import { agreementOf, createInflater, type Agreement } from "./deflate.ts";
import { createFrameReader, opcodes, type ServerFrame } from "./frame.ts";

/** What the server sent, put together: a message is a message however it was fragmented. */
export type Heard =
  | { readonly kind: "text" | "binary" | "ping" | "pong"; readonly data: Buffer }
  /** `code` is `null` where the close frame is empty. */
  | { readonly kind: "close"; readonly code: number | null; readonly reason: string }
  /** The server's own framing breaks a rule. */
  | { readonly kind: "broken"; readonly what: string }
  /** TCP has ended: orderly, or by a reset. */
  | { readonly kind: "end"; readonly reset: boolean };

/** The server's answer to the opening handshake. */
export interface Answer {
  readonly status: number;
  /** All values of a header, by its name in lower case. */
  readonly header: (name: string) => readonly string[];
  readonly text: string;
}

/** A TCP or TLS connection that sends exactly the bytes that it is given. */
export interface Peer {
  readonly write: (bytes: Uint8Array) => void;
  /** The answer to the handshake, or `undefined` after `ms`, or where TCP ended before it. */
  readonly answer: (ms: number) => Promise<Answer | undefined>;
  /** What came next, or `undefined` after `ms`. After the end there is only the end. */
  readonly next: (ms: number) => Promise<Heard | undefined>;
  /** What the handshake agreed on about compression; `null`: nothing. */
  readonly agreement: () => Agreement | null;
  /** Whether the server has closed, or begun to: sending on makes no sense. */
  readonly isOver: () => boolean;
  readonly cut: () => void;
}

/** Rejects where there is nobody to connect to within `ms`. */
export async function connectPeer(url: URL, ms: number): Promise<Peer> {
  const secure = url.protocol === "wss:";
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const port = Number(url.port === "" ? (secure ? 443 : 80) : url.port);
  const socket = secure
    ? connectTls({ host, port, servername: host })
    : connectTcp({ host, port, noDelay: true });
  socket.setNoDelay(true);
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => socket.destroy(new Error(`no connection in ${ms} ms`)), ms);
    socket.once(secure ? "secureConnect" : "connect", () => {
      clearTimeout(timer);
      socket.off("error", reject);
      resolve();
    });
    socket.once("error", reject);
  });
  return watch(socket);
}

function watch(socket: Socket): Peer {
  const heard: Heard[] = [];
  const reader = createFrameReader();
  let assemble = createAssembler(null);
  let agreement: Agreement | null = null;
  let head: Buffer | null = Buffer.alloc(0);
  let answer: Answer | undefined;
  let over = false;
  let reset = false;
  let ended = false;
  let wake: () => void = () => undefined;

  const hear = (what: Heard): void => {
    heard.push(what);
    if (what.kind === "close") over = true;
  };

  socket.on("data", (chunk: Buffer) => {
    if (head === null) reader.push(chunk);
    else {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf("\r\n\r\n");
      if (end >= 0) {
        answer = parseAnswer(head.toString("latin1", 0, end));
        agreement = agreementOf(answer.header("sec-websocket-extensions").join(", "));
        assemble = createAssembler(agreement);
        reader.push(head.subarray(end + 4));
        head = null;
      }
    }
    // The body of a refusal is no frame.
    if (answer?.status === 101)
      for (let frame = reader.next(); frame !== undefined; frame = reader.next())
        for (const what of assemble(frame)) hear(what);
    wake();
  });
  socket.on("error", () => {
    reset = true;
  });
  const end = (): void => {
    over = true;
    if (ended) return;
    ended = true;
    hear({ kind: "end", reset });
    wake();
  };
  socket.on("end", end);
  socket.on("close", end);

  async function until<T>(look: () => T | undefined, ms: number): Promise<T | undefined> {
    const deadline = performance.now() + ms;
    for (;;) {
      const found = look();
      const left = deadline - performance.now();
      if (found !== undefined || left <= 0) return found;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  return {
    write(bytes) {
      if (socket.writable) socket.write(bytes);
    },
    answer: async (ms) => {
      await until(() => (answer !== undefined || ended ? true : undefined), ms);
      return answer;
    },
    agreement: () => agreement,
    next: (ms) => until(() => (heard[0]?.kind === "end" ? heard[0] : heard.shift()), ms),
    isOver: () => over,
    cut: () => socket.destroy(),
  };
}

function parseAnswer(text: string): Answer {
  const [first = "", ...lines] = text.split("\r\n");
  const headers = lines.map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
  });
  const [, status = "0"] = /^HTTP\/1\.1 (\d{3})/.exec(first) ?? [];
  return {
    status: Number(status),
    header: (name) => headers.filter(([key]) => key === name).map(([, value]) => value),
    text,
  };
}

const kinds: Readonly<Record<number, "text" | "binary" | "ping" | "pong">> = {
  [opcodes.text]: "text",
  [opcodes.binary]: "binary",
  [opcodes.ping]: "ping",
  [opcodes.pong]: "pong",
};

/** Puts messages together, and keeps the server to the rules for its own frames. */
function createAssembler(agreement: Agreement | null): (frame: ServerFrame) => readonly Heard[] {
  const inflate = agreement === null ? null : createInflater(agreement);
  let parts: Buffer[] = [];
  let message: "text" | "binary" | null = null;
  let isDeflated = false;

  function take(frame: ServerFrame): Heard | undefined {
    const { opcode, fin, payload } = frame;
    if (opcode === opcodes.close) return closeOf(payload);
    const kind = kinds[opcode];
    if (kind === "ping" || kind === "pong") return { kind, data: payload };
    if (kind !== undefined) {
      message = kind;
      isDeflated = frame.rsv === 4;
    }
    parts.push(payload);
    if (!fin || message === null) return undefined;
    const whole: { kind: "text" | "binary"; data: Buffer } = {
      kind: message,
      data: Buffer.concat(parts),
    };
    if (isDeflated && inflate !== null) {
      try {
        whole.data = inflate(whole.data);
      } catch (error) {
        return { kind: "broken", what: `a message that cannot be inflated: ${String(error)}` };
      }
    }
    const { data } = whole;
    parts = [];
    message = null;
    return whole.kind === "text" && !isUtf8(data)
      ? { kind: "broken", what: "a text that is not UTF-8 (section 5.6)" }
      : whole;
  }

  return (frame) => {
    // RSV1 stands for compression, at the first frame of a message (RFC 7692 section 6).
    const isFirst = frame.opcode === opcodes.text || frame.opcode === opcodes.binary;
    const rsv = inflate !== null && isFirst ? frame.rsv & 3 : frame.rsv;
    const what = fault({ ...frame, rsv }, message !== null);
    if (what !== undefined) return [{ kind: "broken", what }];
    return [take(frame) ?? []].flat();
  };
}

function fault(frame: ServerFrame, isInside: boolean): string | undefined {
  const { opcode, fin, rsv, masked, minimal, payload } = frame;
  if (masked) return "a masked frame (section 5.1)";
  if (rsv !== 0) return "a reserved bit (section 5.2)";
  if (!minimal) return "a length in more bytes than it needs (section 5.2)";
  if (opcode > opcodes.pong || (opcode > opcodes.binary && opcode < opcodes.close))
    return `the reserved opcode ${opcode} (section 5.2)`;
  if (opcode >= opcodes.close && (!fin || payload.length > 125))
    return "a control frame that is fragmented or too long (section 5.5)";
  if (opcode < opcodes.close && (opcode === opcodes.continuation) !== isInside)
    return "a fragment out of place (section 5.4)";
  return undefined;
}

function closeOf(payload: Buffer): Heard {
  if (payload.length === 0) return { kind: "close", code: null, reason: "" };
  if (payload.length === 1 || !isUtf8(payload.subarray(2)))
    return { kind: "broken", what: "a close frame that cannot be read (section 5.5.1)" };
  return { kind: "close", code: payload.readUInt16BE(0), reason: payload.toString("utf8", 2) };
}
