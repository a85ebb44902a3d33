import { createLink, type Link } from "../connection/link.ts";
import { describeControl, isAnswer } from "../control.ts";
import type { Conducting } from "./conduct.ts";

/** The link that the options ask for, with what it says and records. */
export async function openLink({
  stage: { departure, output, interactive },
  options,
  approach,
  preparation,
  inspector,
  recording,
}: Conducting): Promise<Link> {
  const { info, problem } = output;
  const { pingInterval, pingTimeout } = options;
  return createLink({
    url: preparation.target.url,
    transport:
      approach?.deflate === true
        ? { ...preparation.transport, perMessageDeflate: { threshold: 0 } }
        : preparation.transport,
    authorize: preparation.authorize,
    detecting: preparation.manner === "detect",
    // A feed is about the connections of others.
    onSocket: approach?.use === undefined ? inspector?.watch : undefined,
    trace: await traceFor(options.verbose, info),
    onUpgrade: recording.opened,
    onFault: () => departure.leave("closed"),
    intervalMs: pingInterval === undefined ? null : pingInterval * 1000,
    timeoutMs: pingTimeout * 1000,
    onDead: () => problem(`No pong for ${pingTimeout} s: the link is dead.`),
    onFrame: (frame) => {
      recording.control(frame);
      if (options.showControl === true || (interactive && isAnswer(frame)))
        info(describeControl(frame));
    },
  });
}

async function traceFor(verbose: number, say: (text: string) => void) {
  if (verbose === 0) return null;
  const { createTrace } = await import("../trace.ts");
  if (verbose === 1) return createTrace({ say, onSocket: () => undefined });
  const { watchFrames } = await import("../wire/frames.ts");
  return createTrace({ say, onSocket: (socket) => watchFrames(socket, say) });
}
