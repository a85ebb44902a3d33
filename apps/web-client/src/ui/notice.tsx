import { Fragment, type ComponentChildren, type JSX } from "preact";
import type { StopWords } from "../session/stop-words.ts";
import { harmless } from "../text/harmless.ts";
import { t } from "../words/language.ts";
import { CopyButton } from "./copy-button.tsx";
import { Icon, type IconName } from "./icons.tsx";

interface NoticeProps {
  readonly tone: "bad" | "warn" | "calm";
  readonly title: string;
  readonly id?: string;
  readonly children?: ComponentChildren;
}

const toneIcons: Readonly<Record<NoticeProps["tone"], IconName>> = {
  bad: "warning",
  warn: "warning",
  calm: "info",
};

/** Something that a person must not miss: read out at once. */
export function Notice({ tone, title, id, children }: NoticeProps): JSX.Element {
  return (
    <div class={`notice ${tone}`} role="alert" {...(id === undefined ? {} : { id })}>
      <Icon name={toneIcons[tone]} />
      <div class="notice-body">
        <p class="notice-title">{title}</p>
        {children}
      </div>
    </div>
  );
}

/** Why a session ended, and what to do. */
export function StopNotice({
  words,
  tone,
  children,
}: {
  readonly words: StopWords;
  readonly tone: NoticeProps["tone"];
  readonly children?: ComponentChildren;
}): JSX.Element {
  const { title, code, meaning, advice, detail, command } = words;
  return (
    <Notice tone={tone} title={title}>
      {code !== null && <p class="notice-code">{code}</p>}
      {meaning !== "" && <p>{meaning}</p>}
      {advice.map((line) => (
        <p key={line}>{line}</p>
      ))}
      {detail !== null && (
        <p>
          {t("stop.detail")}: <span lang="en">{harmless(detail)}</span>
        </p>
      )}
      {command !== null && (
        <>
          <p>{t("stop.terminal")}</p>
          <div class="command">
            <code translate={false}>
              {/* Broken between words only: `--dialect` is one. */}
              {command.split(" ").map((word, i) => (
                <Fragment key={i}>
                  {i > 0 && " "}
                  <span>{word}</span>
                </Fragment>
              ))}
            </code>
            <CopyButton text={() => command} />
          </div>
        </>
      )}
      {children}
    </Notice>
  );
}
