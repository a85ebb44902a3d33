import type { ComponentChildren, JSX } from "preact";
import { inspectCommand } from "../../session/endpoint.ts";
import { shownAddress } from "../../session/public-address.ts";
import { formatFine, formatTime } from "../../text/format.ts";
import { useFramesEntry, useStore } from "../../ui/context.ts";
import { CopyButton } from "../../ui/copy-button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import type { Handshake } from "../handshakes.ts";
import { ft } from "../words.ts";
import { HandshakeBody } from "./other-bodies.tsx";
import "../../styles/inspector.css";

/** How the session's connection came about: what this browser tells, and what the server saw. */
export function HandshakeDialog({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const { status } = useStore().view.value;
  const { links } = useFramesEntry();
  const session = status?.session;
  const seen = session === undefined ? null : (links.value?.handshake(session) ?? null);
  return (
    <Dialog title={ft("handshake.title")} onClose={onClose}>
      <h3>{ft("handshake.browser")}</h3>
      <Told />
      <h3>{ft("handshake.wire")}</h3>
      {seen === null ? <Unseen onFrames={onClose} /> : <Seen handshake={seen} />}
    </Dialog>
  );
}

/** All that a script learns of a handshake. */
function Told(): JSX.Element {
  const { target, view } = useStore();
  const { upgrade } = view.value;
  if (upgrade === null || target.value === null)
    return <p class="muted">{ft("handshake.notYet")}</p>;
  const { offered, protocol, extensions, tookMs, at } = upgrade;
  const orNone = (words: string): string => (words === "" ? ft("inspector.none") : words);
  return (
    <dl class="figures">
      <Fact name={ft("handshake.address")}>{shownAddress(target.value.url)}</Fact>
      <Fact name={ft("handshake.openedAt")}>{formatTime(at)}</Fact>
      <Fact name={ft("handshake.took")}>{formatFine(tookMs)}</Fact>
      <Fact name={ft("handshake.offered")}>{orNone(offered.join(", "))}</Fact>
      <Fact name={ft("handshake.selected")}>{orNone(protocol)}</Fact>
      <Fact name={ft("handshake.extensions")}>{orNone(extensions)}</Fact>
    </dl>
  );
}

interface FactProps {
  readonly name: string;
  readonly children: ComponentChildren;
}

function Fact({ name, children }: FactProps): JSX.Element {
  return (
    <>
      <dt>{name}</dt>
      <dd translate={false}>{children}</dd>
    </>
  );
}

function Seen({ handshake: { request, answer } }: { readonly handshake: Handshake }): JSX.Element {
  return (
    <>
      {request !== null && answer !== null && (
        <p>{ft("handshake.answered", { span: formatFine((answer.t - request.t) / 1000) })}</p>
      )}
      {request !== null && <HandshakeBody record={request} />}
      {answer !== null && <HandshakeBody record={answer} />}
    </>
  );
}

/** Why there are no headers, and where they are to be seen. */
function Unseen({ onFrames }: { readonly onFrames: () => void }): JSX.Element {
  const { target, view } = useStore();
  const { shown, watching } = useFramesEntry();
  const { status } = view.value;
  const dialect = status?.dialect ?? target.value?.dialect ?? "v1";
  const why =
    dialect === "raw"
      ? "foreign"
      : status?.kind !== "ready"
        ? "notNow"
        : !watching.value
          ? "off"
          : status.session === undefined
            ? "nameless"
            : "late";
  const command = inspectCommand(target.value?.url ?? "", dialect);
  return (
    <>
      <p>
        {ft("handshake.unseen")} {ft(`handshake.unseen.${why}`)}
      </p>
      {(why === "off" || why === "nameless") && (
        <div class="actions">
          <button
            type="button"
            class="button"
            onClick={() => {
              shown.value = true;
              onFrames();
            }}
          >
            {ft("handshake.open")}
          </button>
        </div>
      )}
      <p>{ft("handshake.terminal")}</p>
      <div class="command">
        <code translate={false}>{command}</code>
        <CopyButton text={() => command} />
      </div>
    </>
  );
}
