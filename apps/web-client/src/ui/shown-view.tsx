import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Payload, Result } from "@wsecho/protocol";
import { t } from "../words/language.ts";
import { Block } from "./payload-view.tsx";
import { previewText } from "../text/preview.ts";
import type { ShowAs } from "./row-state.ts";
import { showPayload } from "./show-as.ts";

interface ShownViewProps {
  readonly payload: Payload;
  readonly showAs: ShowAs;
}

/** As much as is laid out without holding the page up; UTF-16 units. */
const maxShown = 64 * 1024;

/** A payload decoded as a person wants it. */
export function ShownView({ payload, showAs }: ShownViewProps): JSX.Element {
  const [shown, setShown] = useState<Result<string, string> | null>(null);
  useEffect(() => {
    let wanted = true;
    void showPayload(payload, showAs).then((result) => {
      if (wanted) setShown(result);
    });
    return () => {
      wanted = false;
    };
  }, [payload, showAs]);
  if (shown === null) return <p class="muted">{t("page.loading")}</p>;
  if (!shown.ok)
    return <p class="field-problem">{t("entry.cannotShow", { detail: shown.error })}</p>;
  const { text, cut } = previewText(shown.value, { lines: Infinity, length: maxShown });
  return (
    <Block tall hex={showAs === "hex"}>
      {cut ? `${text}…` : text}
    </Block>
  );
}
