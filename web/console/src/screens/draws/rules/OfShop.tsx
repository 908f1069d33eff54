import { Input, Select } from "antd";
import { useTranslation } from "react-i18next";

import { useNames } from "../../customers/names";
import { Field } from "../../journeys/forms/fields";
import { Row } from "../../rewards/parts/Part";

const PLATFORMS = ["taobao", "jd", "doudian", "pinduoduo", "youzan", "wechat_shop"] as const;

interface Place {
  platform?: string | null;
  shop?: string | null;
}

/** Only orders of a platform, or of one of its shops; empty: of all. */
export function OfShop({ value, onChange }: { value: Place; onChange: (place: Place) => void }) {
  const { t } = useTranslation("draws");
  const names = useNames();
  const platforms = value.platform && !(PLATFORMS as readonly string[]).includes(value.platform) ? [...PLATFORMS, value.platform] : PLATFORMS;
  return (
    <Row>
      <Field label={t("place.platform")}>
        <Select<string>
          aria-label={t("place.platform")}
          allowClear
          placeholder={t("place.all")}
          value={value.platform ?? null}
          options={platforms.map((code) => ({ value: code, label: names.platform(code) }))}
          onChange={(platform: string | undefined) => onChange(platform ? { platform } : { platform: null, shop: null })}
          style={{ width: 160 }}
        />
      </Field>
      {value.platform && (
        <Field label={t("place.shop")} extra={t("place.shopWhat")}>
          <Input aria-label={t("place.shop")} maxLength={200} placeholder={t("place.all")} value={value.shop ?? ""} onChange={(event) => onChange({ shop: event.target.value.trim() || null })} style={{ width: 200 }} />
        </Field>
      )}
    </Row>
  );
}
