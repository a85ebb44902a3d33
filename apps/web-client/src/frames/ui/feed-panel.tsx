import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import type { Credentials } from "@wsecho/client";
import { inspectCommand } from "../../session/endpoint.ts";
import { stopWords } from "../../session/stop-words.ts";
import { CopyButton } from "../../ui/copy-button.tsx";
import { Notice, StopNotice } from "../../ui/notice.tsx";
import { PasswordField } from "../../ui/password-field.tsx";
import { t } from "../../words/language.ts";
import { feedUrl, type Feed, type FeedState } from "../feed.ts";
import type { FeedPlace } from "../place.ts";
import { ft } from "../words.ts";
import { useFeedFocus } from "./feed-focus.ts";

interface FeedPanelProps {
  readonly feed: Feed;
  readonly place: FeedPlace;
  /** What the page can log in with by itself. */
  readonly held: Credentials | null;
}

/** Whatever has to be done or known before frames come; nothing while they do. */
export function FeedPanel({ feed, place, held }: FeedPanelProps): JSX.Element | null {
  const state = feed.state.value;
  const { url, method, allowInsecure } = place;
  const start = (credentials: Credentials | null): void =>
    feed.start({ url: feedUrl(url), credentials, allowInsecure });
  switch (state.kind) {
    case "off":
      return method === "certificate" || held !== null ? (
        <Offer onWatch={() => start(held)} />
      ) : (
        <LoginForm place={place} denied={false} onLogin={start} />
      );
    case "asking":
      return <LoginForm place={place} denied onLogin={feed.answer} />;
    case "connecting":
    case "waiting":
      return <p class="feed-panel muted">{ft("feed.connecting")}</p>;
    case "live":
      return null;
    case "stopped":
      return (
        <Stopped state={state} place={place}>
          <div class="actions">
            <button
              type="button"
              class="button"
              onClick={() => (held === null ? feed.stop() : start(held))}
            >
              {ft("feed.again")}
            </button>
          </div>
        </Stopped>
      );
  }
}

function Offer({ onWatch }: { readonly onWatch: () => void }): JSX.Element {
  const button = useRef<HTMLButtonElement>(null);
  useFeedFocus(button);
  return (
    <section class="feed-panel">
      <p>{ft("feed.watch.hint")}</p>
      <div class="actions">
        <button ref={button} type="button" class="button primary" onClick={onWatch}>
          {ft("feed.watch")}
        </button>
      </div>
    </section>
  );
}

interface LoginFormProps {
  readonly place: FeedPlace;
  readonly denied: boolean;
  readonly onLogin: (credentials: Credentials) => void;
}

function LoginForm({ place, denied, onLogin }: LoginFormProps): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  const kind = place.method === "token" ? "token" : "password";
  useFeedFocus(field);
  useEffect(() => {
    if (denied) field.current?.focus();
  }, [denied]);
  return (
    <form
      class="feed-panel"
      onSubmit={(event) => {
        event.preventDefault();
        const secret = field.current?.value ?? "";
        onLogin(
          kind === "token" ? { token: secret } : { username: place.username, password: secret },
        );
      }}
    >
      <p id={id}>{ft(denied ? "feed.password.wrong" : "feed.password.why")}</p>
      <PasswordField
        kind={kind}
        label={kind === "token" ? ft("feed.token") : ft("feed.password", { user: place.username })}
        field={field}
        invalid={denied}
        describedBy={id}
      />
      <div class="actions">
        <button type="submit" class="button primary">
          {ft("feed.watch")}
        </button>
      </div>
    </form>
  );
}

interface StoppedProps {
  readonly state: FeedState & { readonly kind: "stopped" };
  readonly place: FeedPlace;
  readonly children: ComponentChildren;
}

function Stopped({ state, place, children }: StoppedProps): JSX.Element {
  const { reason, shown, closed } = state;
  const { url, method, dialect } = place;
  const nobody = ["unreachable", "timeout", "subprotocol", "protocol"].includes(reason.kind);
  if (nobody && !shown) {
    const command = inspectCommand(url, dialect);
    return (
      <div class="feed-panel">
        <Notice tone="calm" title={ft("feed.unavailable")}>
          <p>{ft("feed.unavailable.meaning")}</p>
          <div class="command">
            <code translate={false}>{command}</code>
            <CopyButton text={() => command} />
          </div>
        </Notice>
        {children}
      </div>
    );
  }
  const by: "nobody" | "server" = closed?.code === 1006 ? "nobody" : "server";
  const context = {
    ...{ url: feedUrl(url), method, dialect: "v1" as const, problem: null },
    closed: closed === null ? null : { ...closed, by },
  };
  return (
    <div class="feed-panel">
      <StopNotice words={stopWords(reason, context, t)} tone="warn" />
      {children}
    </div>
  );
}
