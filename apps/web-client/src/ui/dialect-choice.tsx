import type { JSX } from "preact";
import type { Signal } from "@preact/signals";
import { dialects, type Dialect } from "../session/target.ts";
import { t } from "../words/language.ts";
import { Segments } from "./fields.tsx";

export function DialectChoice({ dialect }: { readonly dialect: Signal<Dialect> }): JSX.Element {
  return (
    <div class="field">
      <Segments
        legend={t("login.dialect")}
        options={dialects.map((value) => ({ value, label: t(`login.dialect.${value}`) }))}
        value={dialect.value}
        onChange={(value) => {
          dialect.value = value;
        }}
      />
      <p class="hint">{t(`login.dialect.${dialect.value}.hint`)}</p>
    </div>
  );
}
