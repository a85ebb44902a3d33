import type { Session } from "@wsecho/client";
import { readMessages, type Outgoing } from "../input/framing.ts";
import type { Stats } from "../stats.ts";
import type { Approach } from "./approach.ts";
import type { Conducting } from "./conduct.ts";
import { converse, type Conversation } from "./converse.ts";
import { pipe } from "./pipe.ts";
import type { Receiving } from "./receive.ts";
import { framingOf } from "./settings.ts";

/** Everything that a connection is used with. */
export interface Talking
  extends
    Conducting,
    Pick<Conversation, "channel" | "channels" | "tally" | "goal" | "facts" | "expectations"> {
  /** `null` where messages go as they are. */
  readonly session: Session | null;
  readonly stats: Stats;
}

/**
 * Sends what there is to send and shows what comes, until the channel ends.
 *
 * @returns whether the whole input went out
 */
export async function talk(talking: Talking): Promise<boolean> {
  const { stage, channel, session, approach, inspector, options, goal, plan } = talking;
  const { output } = stage;
  const { leave } = stage.departure;
  if (approach?.use !== undefined && inspector !== null && session !== null) {
    await approach.use({ session, inspector, problem: output.problem, leave });
    return true;
  }
  const eofWaitOption = inspector === null ? "--eof-wait" : "--linger";
  const { channels, tally, facts, expectations, recording } = talking;
  const { first } = plan;
  const receiving = { channel, goal, show: showing(talking), onEnough: () => leave("ok") };
  if (stage.interactive) {
    await converse({
      ...receiving,
      terminal: stage.terminal.open(),
      output,
      tally,
      first,
      channels,
      recording,
      expectations,
      leave: () => leave("ok"),
      history: await historyOf(talking),
      facts,
    });
    return true;
  }
  const read = stage.reads ? readMessages(talking.input, framingOf(options)) : null;
  const rest =
    approach?.speak === undefined
      ? read
      : speaking(approach.speak, { send: channels.send, closed: channel.closed });
  return pipe({
    ...receiving,
    messages: following(first, rest),
    reads: stage.reads,
    send: channels.send,
    output,
    tally,
    timeoutMs: options.timeout * 1000,
    eofWaitMs: options.eofWait < 0 ? null : options.eofWait * 1000,
    eofWaitOption,
    leave,
  });
}

function showing(talking: Talking): Receiving["show"] {
  const { inspector, stage, recording, stats, expectations, approach } = talking;
  const { output, display } = stage;
  return async (message) => {
    stats.received(message);
    expectations.take(message);
    const line = recording.received(message);
    if (approach?.hear !== undefined) {
      approach.hear(message);
      return true;
    }
    if (inspector !== null) {
      await inspector.ready();
      return true;
    }
    if (line === null) return output.message(message);
    if (display.show(message, false) === null) return false;
    await output.line(line);
    return true;
  };
}

async function* following(
  first: readonly Outgoing[],
  rest: AsyncIterable<Outgoing> | null,
): AsyncGenerator<Outgoing, void, undefined> {
  yield* first;
  if (rest !== null) yield* rest;
}

/** Nothing that would have to be sent: it is on its way when this ends. */
async function* speaking(
  speak: NonNullable<Approach["speak"]>,
  stage: Parameters<typeof speak>[1],
): AsyncGenerator<Outgoing, void, undefined> {
  const over = new AbortController();
  void stage.closed.then(() => over.abort());
  await speak(over.signal, stage);
  yield* [];
}

async function historyOf({ options, preparation }: Talking) {
  if (!options.history) return null;
  const { historyDirectory, openHistory } = await import("../prompt/history.ts");
  const { password = "" } = preparation.given;
  const isSecret = (line: string): boolean => password !== "" && line.includes(password);
  return openHistory(historyDirectory(process.env), preparation.target.url.host, isSecret);
}
