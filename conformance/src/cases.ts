import type { DialectName } from "@wsecho/protocol";
import {
  amountOf,
  faultVectors,
  handshakeVectors,
  messageVectors,
  sessionVectors,
  type Amount,
  type FaultVector,
  type HandshakeVector,
  type MessageVector,
  type SessionStep,
  type SessionVector,
  type Setting,
} from "@wsecho/protocol/vectors";
import { Mismatch, Skip } from "./failure.ts";
import { shakeHands } from "./handshake.ts";
import { playSession } from "./player.ts";
import { settingOf, type Knowledge, type Target } from "./target.ts";

/** Something that a server has to get right, and can be tried at a URL. */
export interface Case {
  readonly id: string;
  readonly title: string;
  readonly rules: readonly string[];
  /**
   * Rejects with Mismatch, or with Skip; `log` gets the conversation, not redacted. Resolves with
   * what a person should know about a pass, mostly nothing.
   */
  readonly run: (
    target: Target,
    knowledge: Knowledge,
    log: (line: string) => void,
  ) => Promise<readonly string[]>;
}

/** A vector of PROTOCOL.md. */
export interface VectorCase extends Case {
  readonly dialect: DialectName;
}

/** Every vector that says something about a server; those of clients have no URL. */
export const cases: readonly VectorCase[] = [
  ...handshakeVectors.map(handshakeCase),
  ...faultVectors.map(faultCase),
  ...sessionVectors.map(sessionCase),
  ...messageVectors
    .filter(({ from, expect }) => from === "client" && "error" in expect)
    .map((vector) => sessionCase(malformedSession(vector))),
];

function handshakeCase(vector: HandshakeVector): VectorCase {
  const { id, title, rules, header, plain = true, expect: expected } = vector;
  return {
    id,
    title,
    rules,
    dialect: header === null ? "plain" : "v1",
    run: async ({ url, timeoutMs }, knowledge, log) => {
      if (plain !== knowledge.plain && (header === null || !plain))
        throw new Skip(
          knowledge.plain ? "the server speaks plain" : "the server does not speak plain",
        );
      log(`C: Sec-WebSocket-Protocol${header === null ? " is absent" : `: ${header}`}`);
      const headers = header === null ? {} : { "Sec-WebSocket-Protocol": header };
      const answer = await shakeHands(url, headers, timeoutMs);
      const { status, protocol, body } = answer;
      log(`S: HTTP ${status}, Sec-WebSocket-Protocol ${protocol ?? "absent"}, ${body}`);
      const received = `${status}, ${protocol ?? "none"}: ${JSON.stringify(body)}`;
      if ("status" in expected) {
        const { names } = expected;
        if (status !== expected.status || !names.every((name) => body.includes(name)))
          throw new Mismatch(`HTTP ${expected.status} that says ${names.join(", ")}`, received);
        return [];
      }
      if (status !== 101 || protocol !== expected.selected)
        throw new Mismatch(`HTTP 101, ${expected.selected ?? "none"}`, received);
      return [];
    },
  };
}

function faultCase({ id, title, rules, query, expect: expected }: FaultVector): VectorCase {
  return {
    id,
    title,
    rules,
    dialect: "v1",
    run: async ({ url, timeoutMs }, _, log) => {
      const asking = new URL(url);
      asking.search = query;
      log(`C: the query ${query}`);
      const headers = { "Sec-WebSocket-Protocol": "wsecho.v1" };
      const { status, faults, body } = await shakeHands(asking, headers, timeoutMs);
      log(`S: HTTP ${status}, Wsecho-Fault ${faults ?? "absent"}, ${body}`);
      const asksNone = "faults" in expected && expected.faults === null;
      // One that does not know of it takes no notice.
      if (!asksNone && (status === 403 || (status === 101 && faults === null)))
        throw new Skip("it needs a server set up with a fault lab (--faults)");
      const received = `${status}, ${faults ?? "none"}: ${JSON.stringify(body)}`;
      if ("status" in expected) {
        const { names } = expected;
        if (status !== expected.status || !names.every((name) => body.includes(name)))
          throw new Mismatch(`HTTP ${expected.status} that says ${names.join(", ")}`, received);
        return [];
      }
      if (status !== 101 || faults !== expected.faults)
        throw new Mismatch(`HTTP 101, Wsecho-Fault ${expected.faults ?? "absent"}`, received);
      return [];
    },
  };
}

function sessionCase(vector: SessionVector): VectorCase {
  const { id, title, rules, dialect } = vector;
  return {
    id,
    title,
    rules,
    dialect,
    run: async (target, knowledge, log) => {
      const setting = settingOf(target, knowledge);
      const mechanisms = knowledge.hello?.mechanisms ?? [];
      const reason = obstacle(vector, { target, knowledge, setting });
      if (reason !== undefined) throw new Skip(reason);
      // Without a greeting nothing else can go right: told at once, not after a wait for each.
      if (speaks(vector, "v1") && knowledge.hello === null && id !== "v1-hello")
        throw new Mismatch("hello as the first message of v1 (L1)", knowledge.greeting);
      await playSession(vector, { target, setting, mechanisms, log });
      return [];
    },
  };
}

/** A malformed text right after hello (M3). */
function malformedSession({ id, title, rules, text }: MessageVector): SessionVector {
  return {
    id,
    title: `${title} is malformed`,
    rules,
    dialect: "v1",
    steps: [
      { connect: { protocols: ["wsecho.v1"] } },
      { expectJson: { type: "hello" } },
      { sendText: text },
      { expectJson: { type: "error", code: 4400 } },
      { expectClose: { code: 4400, reason: "malformed message" } },
    ],
  };
}

interface Situation {
  readonly target: Target;
  readonly knowledge: Knowledge;
  readonly setting: Setting;
}

/** More wrong logins than this are not tried in one session. */
const mostAttempts = 20;

/** Why a vector cannot be run here; said rather than left out in silence. */
function obstacle(vector: SessionVector, situation: Situation): string | undefined {
  const { target, knowledge, setting } = situation;
  const steps = vector.steps.flatMap((step) => ("times" in step ? step.times.steps : [step]));
  if (vector.setup !== undefined && target.prepared !== true)
    return "it needs a server set up for it (see the vector's setup)";
  if (steps.some((step) => "operator" in step) && target.operate === undefined)
    return "it needs a hand on the server";
  if (speaks(vector, "plain") && !knowledge.plain) return "the server does not speak plain";
  if (vector.destructive === true && !target.destructive)
    return "it uses up login attempts; run it with --destructive";
  for (const mechanism of mechanismsOf(steps)) {
    if (knowledge.hello !== null && !knowledge.hello.mechanisms.includes(mechanism))
      return `the server does not offer ${mechanism}`;
  }
  for (const step of vector.steps) {
    const needed = amountsOf(step).find((amount) => amountOf(amount, setting) === undefined);
    if (needed !== undefined) return `the server's ${needed.limit} is not known`;
    if ("times" in step && (amountOf(step.times.count, setting) ?? 0) > mostAttempts)
      return `it would need more than ${mostAttempts} attempts`;
    if ("elapse" in step) {
      const ms = amountOf(step.elapse, setting) ?? 0;
      if (ms > target.maxWaitMs)
        return `it waits ${ms} ms for ${step.elapse.limit}; run it with --max-wait ${ms}`;
    }
  }
  return undefined;
}

/** Some vectors compare the two. */
function speaks({ steps }: SessionVector, dialect: DialectName): boolean {
  return steps.some(
    (step) => "connect" in step && (step.connect.protocols === undefined) === (dialect === "plain"),
  );
}

function mechanismsOf(steps: readonly SessionStep[]): readonly string[] {
  return steps.flatMap((step) => {
    if ("scramAuth" in step) return ["scram-sha-256"];
    if ("login" in step && step.login.mechanism !== undefined) return [step.login.mechanism];
    if (!("sendJson" in step) || step.sendJson["type"] !== "auth") return [];
    const { mechanism } = step.sendJson;
    return typeof mechanism === "string" ? [mechanism] : [];
  });
}

function amountsOf(step: SessionStep): readonly Amount[] {
  if ("elapse" in step) return [step.elapse];
  if ("times" in step) return [step.times.count];
  const contents = Object.values(step) as readonly unknown[];
  return contents.flatMap((content) =>
    typeof content === "object" && content !== null && "size" in content
      ? [content.size as Amount]
      : [],
  );
}
