import { clientFrame, maskKey, serverFrame } from "./frames.ts";
import type { PeerSpec } from "./peer.ts";

/** What one connection says and hears. All messages of a traffic are of one length. */
export interface Traffic {
  /** The bytes of the next so many messages. */
  readonly requests: (count: number) => Buffer;
  /** The bytes that answer the oldest message that is not `answered` yet. */
  readonly reply: () => Buffer;
  readonly answered: () => void;
}

export function createTraffic({ language, prefix }: PeerSpec, bytes: number): Traffic {
  const text = "x".repeat(bytes);
  if (language === "v1") return countingTraffic(text);
  const request = language === "tcp" ? Buffer.from(text) : clientFrame(text);
  const reply = language === "tcp" ? request : serverFrame(prefix + text);
  return {
    requests: (count) =>
      count === 1 ? request : Buffer.concat(Array<Buffer>(count).fill(request)),
    reply: () => reply,
    answered: () => undefined,
  };
}

/** Ten digits from the first on, so that all messages are of one length. */
let lastId = 1_000_000_000;

/** v1 wants ids that increase: they are written into copies of one message. */
function countingTraffic(text: string): Traffic {
  const submit = (id: number): string => JSON.stringify({ type: "submit", id, text });
  const request = clientFrame(submit(lastId));
  const reply = serverFrame(JSON.stringify({ type: "echo", id: lastId, text }));
  const at = {
    request: request.length - Buffer.byteLength(submit(lastId)) + '{"type":"submit","id":'.length,
    reply: reply.indexOf(String(lastId)),
  };
  const inPayload = '{"type":"submit","id":'.length;
  const sent: number[] = [];

  const write = (buffer: Buffer, offset: number, id: number, masked: boolean): void => {
    const digits = String(id);
    for (let i = 0; i < digits.length; i++) {
      const mask = masked ? (maskKey[(inPayload + i) % 4] ?? 0) : 0;
      buffer[offset + i] = digits.charCodeAt(i) ^ mask;
    }
  };

  return {
    requests(count) {
      const all = Buffer.allocUnsafe(request.length * count);
      for (let i = 0; i < count; i++) {
        request.copy(all, i * request.length);
        lastId += 1;
        sent.push(lastId);
        write(all, i * request.length + at.request, lastId, true);
      }
      return all;
    },
    reply() {
      write(reply, at.reply, sent[0] ?? 0, false);
      return reply;
    },
    answered: () => void sent.shift(),
  };
}
