import { answered, api, type Schema } from "@siyu/api";
import { useQueryClient } from "@tanstack/react-query";
import Switch from "antd-mobile/es/components/switch";
import { useTranslation } from "react-i18next";

import { usePress } from "../../app/queries";
import { Failed } from "../../parts/Failed";

type Consent = Schema<"OwnConsent">;

/** By what and for what the brand may reach somebody; a switch counts at once. */
export function Consents({ consents }: { consents: Consent[] }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const change = usePress((body: Schema<"ConsentWish">, key) =>
    answered(api.PUT("/member/v1/data/consents", { params: { header: { "Idempotency-Key": key } }, body })),
  );
  const press = (wish: Schema<"ConsentWish">): void =>
    change.mutate(wish, {
      onSuccess: (told) => client.setQueryData<Schema<"OwnData">>(["data"], (old) => old && { ...old, consents: told }),
    });
  const channels = [...new Set(consents.map((one) => one.channel))];
  return (
    <section className="card" aria-labelledby="consents">
      <h2 id="consents" className="title">
        {t("mine.consent")}
      </h2>
      <p className="quiet">{t("mine.consentHint")}</p>
      <Failed problem={change.error} />
      <ul>
        {channels.flatMap((channel) =>
          (["marketing", "service"] as const).map((purpose) => {
            const own = consents.find((one) => one.channel === channel && one.purpose === purpose);
            const label = `${t(`mine.channels.${channel}`)} · ${t(`mine.${purpose}`)}`;
            return (
              <li className="line" key={label}>
                <span>{label}</span>
                <Switch
                  aria-label={label}
                  checked={own?.allowed ?? false}
                  loading={change.isPending && change.variables.channel === channel && change.variables.purpose === purpose}
                  onChange={(allowed) => press({ channel, purpose, allowed })}
                />
              </li>
            );
          }),
        )}
      </ul>
      <button type="button" className="plain" onClick={() => press({ channel: "all", purpose: "marketing", allowed: false })}>
        {t("mine.allOff")}
      </button>
    </section>
  );
}
