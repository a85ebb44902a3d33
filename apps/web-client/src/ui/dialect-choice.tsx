import type { JSX } from "preact";
import type { Signal } from "@preact/signals";
import type { DialectName } from "@wsecho/protocol";
import { t } from "../words/language.ts";
import { Segments } from "./fields.tsx";

export function DialectChoice({ dialect }: { readonly dialect: Signal<DialectName> }): JSX.Element {
  return (
    <div class="field">
      <Segments
        legend={t("login.dialect")}
        options={[
          { value: "v1", label: t("login.dialect.v1") },
          { value: "plain", label: t("login.dialect.plain") },
        ]}
        value={dialect.value}
        onChange={(value) => {
          dialect.value = value;
        }}
      />
      <p class="hint">{t(`login.dialect.${dialect.value}.hint`)}</p>
    </div>
  );
}
