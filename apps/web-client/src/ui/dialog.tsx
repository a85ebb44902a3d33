import type { ComponentChildren, JSX } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../words/language.ts";

interface DialogProps {
  readonly title: string;
  /** What the button says that closes it; default so. */
  readonly dismiss?: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** Over the page, until it is closed; the browser keeps the keyboard in it and gives it back. */
export function Dialog({ title, dismiss, onClose, children }: DialogProps): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useLayoutEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    element?.showModal();
    return () => {
      // Closed by Escape it gave the keyboard back at once, and a person may have gone on with it.
      if (element?.open !== true) return;
      element.close();
      if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    };
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby={id} onClose={onClose}>
      <div class="dialog-head">
        <h2 id={id}>{title}</h2>
        <button type="button" class="button small" onClick={onClose}>
          {dismiss ?? t("page.close")}
        </button>
      </div>
      {/* It may be higher than the screen, and what scrolls must be reached by the keyboard. */}
      <div class="dialog-body" tabIndex={0} role="region" aria-labelledby={id}>
        {children}
      </div>
    </dialog>
  );
}
