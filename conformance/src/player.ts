import { plainTexts } from "@wsecho/protocol";
import {
  amountOf,
  fillIn,
  type Amount,
  type BinaryContent,
  type JsonObject,
  type SessionStep,
  type SessionVector,
  type Setting,
  type TextContent,
} from "@wsecho/protocol/vectors";
import { createConversation } from "./conversation.ts";
import { Skip } from "./failure.ts";
import { createExchanges } from "./scram.ts";
import type { Target } from "./target.ts";

/** What a server's timer may be late, and the network slow; ms. */
const graceMs = 250;

export interface Play {
  readonly target: Target;
  readonly setting: Setting;
  /** What the server's `hello` offers. */
  readonly mechanisms: readonly string[];
  /** Gets every message as it goes or comes, not redacted. */
  readonly log: (line: string) => void;
}

/** Plays a conversation against the server. Rejects with Mismatch, or with Skip. */
export async function playSession(vector: SessionVector, play: Play): Promise<void> {
  const { setting, log } = play;
  const talk = createConversation(play.target, setting, log);
  const exchanges = createExchanges();
  const { user = "", password = "" } = setting.values;

  const amount = (value: Amount): number => {
    const number = amountOf(value, setting);
    if (number === undefined) throw new Skip(`the server's ${value.limit} is not known`);
    return number;
  };
  const text = (content: TextContent): string =>
    typeof content === "string"
      ? (fillIn(content, setting) as string)
      : "x".repeat(amount(content.size));
  const bytes = (content: BinaryContent): Buffer =>
    typeof content === "string"
      ? Buffer.from(content, "base64")
      : Buffer.alloc(amount(content.size), "x");

  function startScram(name: string, secret: string): Promise<void> {
    const data = exchanges.start(name, secret);
    return talk.sendJson({ type: "auth", mechanism: "scram-sha-256", data });
  }

  async function takeChallenge(salt: string | undefined): Promise<void> {
    const { data } = await talk.takeJson({ type: "challenge" });
    await exchanges.take(String(data), salt);
  }

  async function takeProof(expected: JsonObject): Promise<void> {
    const { data } = await talk.takeJson(expected);
    exchanges.verify(typeof data === "string" ? data : undefined);
  }

  async function logIn(wanted: "plain" | "scram-sha-256" | undefined): Promise<void> {
    if (talk.dialect() === "plain") {
      talk.sendText(`${user}:${password}`);
      await talk.takeText(plainTexts.accepted);
    } else if (wanted === "plain" || !play.mechanisms.includes("scram-sha-256")) {
      await talk.sendJson({ type: "auth", mechanism: "plain", user, password });
      await talk.takeJson({ type: "ok", user });
    } else {
      await startScram(user, password);
      await takeChallenge(undefined);
      await talk.sendJson({ type: "response", data: exchanges.answer(undefined) });
      await takeProof({ type: "ok", user });
    }
  }

  async function elapse(part: Amount): Promise<void> {
    const ms = amount(part);
    log(`[${ms} ms pass]`);
    // A share of a limit must stay below it; a whole one may be over a little late.
    await talk.pause((part.times ?? 1) < 1 ? ms : ms + graceMs);
  }

  async function send(step: SessionStep): Promise<boolean> {
    if ("sendText" in step) talk.sendText(text(step.sendText));
    else if ("sendJson" in step) await talk.sendJson(step.sendJson);
    else if ("sendBinary" in step) talk.sendBinary(bytes(step.sendBinary));
    else if ("sendFragments" in step) {
      const parts = step.sendFragments.map(text);
      const what = `a text in ${parts.length} frames: ${JSON.stringify(parts)}`;
      talk.sendOddly(what, (to) => to.sendFragments(parts));
    } else if ("sendInvalidText" in step) {
      const invalid = bytes(step.sendInvalidText);
      talk.sendOddly("a text that is not UTF-8", (to) => to.sendRawText(invalid));
    } else if ("sendUnmasked" in step) {
      const unmasked = text(step.sendUnmasked);
      talk.sendOddly("a frame without a mask", (to) => to.sendUnmasked(unmasked));
    } else if ("scramAuth" in step)
      await startScram(text(step.scramAuth.user), text(step.scramAuth.password));
    else if ("scramResponse" in step) {
      const data = exchanges.answer(step.scramResponse.tamper);
      await talk.sendJson({ type: "response", data });
    } else if ("close" in step) talk.close(step.close);
    else return false;
    return true;
  }

  async function take(step: SessionStep): Promise<boolean> {
    if ("expectText" in step) await talk.takeText(text(step.expectText));
    else if ("expectJson" in step) await talk.takeJson(step.expectJson);
    else if ("expectBinary" in step) await talk.takeBinary(bytes(step.expectBinary));
    else if ("expectClose" in step) await talk.takeClose(step.expectClose);
    else if ("expectCut" in step) await talk.takeClose({ code: 1006 });
    else if ("expectQuiet" in step) await talk.takeQuiet();
    else if ("expectChallenge" in step) await takeChallenge(step.expectChallenge.salt);
    else if ("expectProof" in step) await takeProof(step.expectProof);
    else return false;
    return true;
  }

  async function perform(step: SessionStep): Promise<void> {
    if ("connect" in step) await talk.connect(step.connect.protocols ?? []);
    else if ("login" in step) await logIn(step.login.mechanism);
    else if ("elapse" in step) await elapse(step.elapse);
    else if ("times" in step) {
      const count = amount(step.times.count);
      for (let i = 0; i < count; i++) for (const inner of step.times.steps) await perform(inner);
    } else if ("operator" in step) {
      if (play.target.operate === undefined) throw new Skip("it needs a hand on the server");
      await play.target.operate(step.operator);
    } else if (!(await send(step)) && !(await take(step))) {
      throw new Error(`unknown step ${JSON.stringify(step)}`);
    }
  }

  try {
    for (const step of vector.steps) await perform(step);
    await talk.finish();
  } finally {
    talk.cut();
  }
}
