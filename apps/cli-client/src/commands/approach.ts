import type { Message, Session } from "@wsecho/client";
import type { Result, StopReason } from "@wsecho/protocol";
import type { ExitName } from "../exit.ts";
import type { Outgoing } from "../input/framing.ts";
import type { Screen } from "../output.ts";
import type { Inspector } from "../wire/inspector.ts";

/** How a session is used, where that is not to talk and to see messages. */
export interface Approach {
  /** Makes what shows frames; the error is for a person. */
  readonly inspect?: (screen: () => Screen | null) => Result<Inspector, string>;
  /** Offers compression. */
  readonly deflate?: boolean;
  /** Where on the server, behind what the URL says. */
  readonly path?: string;
  /** Instead of sending what is typed; resolves when the session has ended. */
  readonly use?: (parts: {
    readonly session: Session;
    readonly inspector: Inspector;
    readonly problem: (text: string) => void;
    readonly leave: (exit: ExitName) => void;
  }) => Promise<void>;
  /** Instead of the input: writes what it wants, until `signal` says that the connection has ended. */
  readonly speak?: (
    signal: AbortSignal,
    stage: {
      readonly send: (message: Outgoing) => Promise<void>;
      readonly closed: Promise<StopReason>;
    },
  ) => Promise<void>;
  /** Gets each message, which is then shown to nobody. */
  readonly hear?: (message: Message) => void;
  /** At the end: what was not as it was expected to be, in words; `null` for nothing. */
  readonly unmet?: () => string | null;
  /** At the end: whether a close by the server is no error, whatever its code. */
  readonly anyClose?: () => boolean;
  /** The server has to close with this code. */
  readonly expectClose?: number;
  /** Logged in, or again after a reconnect. */
  readonly onReady?: () => void;
}
