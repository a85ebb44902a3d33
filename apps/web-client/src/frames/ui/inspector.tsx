import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Icon } from "../../ui/icons.tsx";
import { opWords } from "../describe.ts";
import type { Kept } from "../log.ts";
import { ft } from "../words.ts";
import { FrameBody, MessageBody } from "./frame-body.tsx";
import { DirectionMark } from "./frame-row.tsx";
import { CloseBody, HandshakeBody, NoteBody } from "./other-bodies.tsx";

interface InspectorProps {
  readonly selected: Kept;
  readonly onClose: () => void;
}

/** Everything about one record: from the message down to its bytes, and back. */
export function Inspector({ selected, onClose }: InspectorProps): JSX.Element {
  const { record } = selected;
  const heading = useRef<HTMLHeadingElement>(null);
  // Where the list is covered, and where the keyboard asked: reading goes on here.
  useLayoutEffect(() => {
    const { activeElement, body } = document;
    const covered =
      activeElement instanceof HTMLElement &&
      !activeElement.checkVisibility({ visibilityProperty: true });
    if (covered || activeElement === null || activeElement === body) heading.current?.focus();
  }, [selected.seq]);
  return (
    <section
      class="inspector"
      aria-label={ft("inspector.title")}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        onClose();
      }}
    >
      <div class="inspector-head">
        <h3 ref={heading} id="frames-inspected" tabIndex={-1}>
          <DirectionMark record={record} /> {titleOf(selected)}
        </h3>
        <button
          type="button"
          class="button small"
          aria-label={ft("inspector.close")}
          onClick={onClose}
        >
          <Icon name="cross" />
        </button>
      </div>
      <div class="inspector-body" tabIndex={0} role="group" aria-labelledby="frames-inspected">
        <Body key={selected.seq} selected={selected} />
      </div>
    </section>
  );
}

function titleOf({ record }: Kept): string {
  switch (record.k) {
    case "frame":
      return `${ft("inspector.frame", { n: String(record.n) })} · ${opWords(record.op, ft)}`;
    case "message":
      return `${ft("inspector.message", { msg: String(record.msg) })} · ${opWords(record.op, ft)}`;
    case "handshake":
      return ft(record.dir === "c2s" ? "list.handshake.request" : "list.handshake.answer");
    case "close":
      return ft("list.close");
    case "note":
      return ft("list.note");
  }
}

function Body({ selected }: { readonly selected: Kept }): JSX.Element {
  const { record } = selected;
  switch (record.k) {
    case "frame":
      return <FrameBody selected={{ ...selected, record }} />;
    case "message":
      return <MessageBody selected={{ ...selected, record }} />;
    case "handshake":
      return <HandshakeBody record={record} />;
    case "close":
      return <CloseBody record={record} />;
    case "note":
      return <NoteBody record={record} />;
  }
}
