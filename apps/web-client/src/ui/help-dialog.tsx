import type { JSX } from "preact";
import { closes, retryAfterClose } from "@wsecho/protocol";
import { closeKey } from "../session/close-key.ts";
import { singleKeys, switchSingleKeys } from "../store/preferences.ts";
import { dt } from "../words/dialogs.ts";
import { t } from "../words/language.ts";
import { Dialog } from "./dialog.tsx";
import { RoomSwitch } from "./room-switch.tsx";
import { LanguageSwitch, ThemeSwitch } from "./switches.tsx";

const keys = [
  ["Enter", "help.send"],
  ["Shift+Enter", "help.line"],
  ["↑ ↓", "help.recall"],
  ["↑ ↓ PageUp PageDown Home End", "help.choose"],
  ["Enter", "help.open"],
  ["Esc", "help.leave"],
  ["← → Home End", "help.tabs"],
  ["Delete", "help.closeTab"],
  ["/", "help.filter"],
  ["?", "help.help"],
  ["p", "help.pin"],
  ["c", "help.copy"],
  ["s", "help.again"],
  ["f", "help.frames"],
] as const satisfies readonly (readonly [string, Parameters<typeof dt>[0]])[];

/** Those that only one side sees, beside all that the protocol names. */
const others = [1005, 1006, 1010, 1014, 3000, 4500].map((code) => ({ code, reason: "" }));

/** What the keyboard does here, and what each close code means. */
export function HelpDialog({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const codes = [...Object.values(closes), ...others].sort((a, b) => a.code - b.code);
  return (
    <Dialog title={dt("help.title")} onClose={onClose}>
      <h3>{dt("help.keys")}</h3>
      <table>
        <thead>
          <tr>
            <th scope="col">{dt("help.key")}</th>
            <th scope="col">{dt("help.does")}</th>
          </tr>
        </thead>
        <tbody>
          {keys.map(([key, does]) => (
            <tr key={does}>
              <td>
                <kbd>{key}</kbd>
              </td>
              <td>{dt(does)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <h3>{dt("help.settings")}</h3>
      <div class="actions">
        <ThemeSwitch />
        <LanguageSwitch />
        <RoomSwitch />
      </div>
      <div class="check">
        <input
          id="single-keys"
          type="checkbox"
          checked={singleKeys.value}
          aria-describedby="single-keys-hint"
          onChange={({ currentTarget }) => switchSingleKeys(currentTarget.checked)}
        />
        <div>
          <label for="single-keys">{dt("help.single")}</label>
          <p class="hint" id="single-keys-hint">
            {dt("help.single.hint")}
          </p>
        </div>
      </div>
      <h3>{dt("help.codes")}</h3>
      <p class="hint">{dt("help.codes.hint")}</p>
      <table class="codes">
        <thead>
          <tr>
            <th scope="col">{dt("help.code")}</th>
            <th scope="col">{dt("help.meaning")}</th>
            <th scope="col">{dt("help.retry")}</th>
          </tr>
        </thead>
        <tbody>
          {codes.map(({ code, reason }) => (
            <tr key={`${code} ${reason}`}>
              <td class="number">{code}</td>
              <td>
                <strong>{t(`close.${closeKey(code, reason)}.name`)}</strong>
                {reason !== "" && <span class="mono"> “{reason}”</span>}
                <br />
                {t(`close.${closeKey(code, reason)}.meaning`)}
              </td>
              <td>{t(`retry.${retryAfterClose(code, reason)}`)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Dialog>
  );
}
