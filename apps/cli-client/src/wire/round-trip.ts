import type { Direction, FrameRecord } from "@wsecho/wire";

/** Questions that nobody answered are forgotten when there are more. */
const maxWaiting = 256;

/**
 * How long an answer took, where the protocol says what it answers: a pong has its ping's payload
 * (RFC 6455 section 5.5.3), an echo of the v1 dialect has its submit's id.
 *
 * @returns microseconds; `undefined` where the frame is no such answer
 */
export function createRoundTrips(): (frame: FrameRecord) => number | undefined {
  const asked = new Map<string, number>();
  return (frame) => {
    const { conn, dir, us } = frame;
    const question = questionOf(frame);
    if (question !== undefined) {
      asked.set(`${conn} ${dir} ${question}`, us);
      const [oldest] = asked.keys();
      if (asked.size > maxWaiting && oldest !== undefined) asked.delete(oldest);
    }
    const answer = answerOf(frame);
    if (answer === undefined) return undefined;
    const key = `${conn} ${other[dir]} ${answer}`;
    const at = asked.get(key);
    asked.delete(key);
    return at === undefined ? undefined : us - at;
  };
}

const other: Readonly<Record<Direction, Direction>> = { c2s: "s2c", s2c: "c2s" };

function questionOf({ op, text }: FrameRecord): string | undefined {
  return op === 9 ? `ping ${text ?? ""}` : idOf("submit", text);
}

function answerOf({ op, text }: FrameRecord): string | undefined {
  return op === 10 ? `ping ${text ?? ""}` : idOf("echo", text);
}

/** Looked for, not parsed: a text may be long, and its type and id stand first as both sides write it. */
function idOf(type: "submit" | "echo", text: string | undefined): string | undefined {
  if (text?.startsWith(`{"type":"${type}","id":`) !== true) return undefined;
  return /"id":(\d+)/.exec(text.slice(0, 64))?.[1];
}
