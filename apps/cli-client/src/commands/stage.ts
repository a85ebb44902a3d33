import { createDeparture, type Departure } from "../departure.ts";
import { createDisplay, type Display, type DisplayOptions } from "../display.ts";
import { exitStatus, type ExitName } from "../exit.ts";
import { createOutput, type Output } from "../output.ts";
import { findConsole, type ProcessConsole } from "../prompt/console.ts";
import type { Inspector } from "../wire/inspector.ts";
import type { Approach } from "./approach.ts";
import type { ConnectCommandOptions } from "./settings.ts";

/** The process around a connection: terminal, voices, and its end. */
export interface Stage {
  readonly departure: Departure;
  readonly terminal: ProcessConsole;
  readonly output: Output;
  readonly display: Display;
  /** The input is read, not only `-x`. */
  readonly reads: boolean;
  /** A person types. */
  readonly interactive: boolean;
  /** What shows frames; closed at the end. */
  readonly employ: (inspector: Inspector) => void;
  /** Gives everything back. @returns the exit status */
  readonly end: (exit: ExitName, ...problems: readonly string[]) => Promise<number>;
}

export function openStage(
  options: ConnectCommandOptions,
  displaying: DisplayOptions,
  approach: Approach | undefined,
): Stage {
  const departure = createDeparture(() => terminal.release());
  const terminal = findConsole(() => departure.interrupt("interrupted"));
  const reads = options.execute === undefined || options.interactive === true;
  const interactive =
    terminal.interactive &&
    reads &&
    options.json !== true &&
    // The newest message has the screen for itself.
    options.watch !== true &&
    approach?.use === undefined;
  const display = createDisplay(displaying, Date.now);
  const output = createOutput({
    quiet: options.quiet ?? false,
    screen: terminal.current,
    interactive,
    onGone: () => departure.leave("ok"),
    display,
    watch: options.watch ?? false,
  });
  departure.signal.addEventListener("abort", () => {
    if (departure.exit() !== "ok") output.hurry();
  });
  let employed: Inspector | null = null;
  return {
    departure,
    terminal,
    output,
    display,
    reads,
    interactive,
    employ: (inspector) => {
      employed = inspector;
    },
    end: async (exit, ...problems) => {
      terminal.release();
      const unwritten = (await employed?.end()) ?? [];
      if (!output.gone()) for (const text of [...unwritten, ...problems]) output.problem(text);
      await output.flush();
      return exitStatus(exit === "ok" && unwritten.length > 0 ? "usage" : exit);
    },
  };
}
