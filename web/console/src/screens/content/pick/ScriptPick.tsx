import { Loaded } from "@siyu/kit";
import { Alert, Button, Collapse, Flex, Radio, Select, Tag, theme, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { kindsOf, useChecked, useScript, useScripts, type Arm, type Body, type Offer } from "../content";
import { MaterialLine } from "../parts/Thumb";
import { useMaterials } from "../parts/MaterialChooser";
import { KindTags } from "../scripts/Kinds";
import { PersonPreview } from "../scripts/PersonPreview";

export interface Picked {
  id: number;
  version: number;
  bait: Arm;
}

/** A script by name, in the version that it has now; what it says, and what a person would get of it. */
export function ScriptPick({ label, value, onChange }: { label: string; value: Picked | null; onChange: (picked: Picked) => void }) {
  const { t } = useTranslation("content");
  const scripts = useScripts().data ?? [];
  const pick = (id: number): void => {
    const found = scripts.find((one) => one.script.id === id);
    if (found) onChange({ id, version: found.script.newest, bait: "a" });
  };
  const known = value === null || scripts.some((one) => one.script.id === value.id);
  return (
    <Flex vertical gap="small">
      <Select
        aria-label={label}
        placeholder={t("pick.choose")}
        showSearch={{ optionFilterProp: "label" }}
        value={value?.id}
        options={[...(known || !value ? [] : [{ value: value.id, label: `#${value.id}` }]), ...scripts.map((one) => ({ value: one.script.id, label: one.script.name }))]}
        onChange={pick}
        notFoundContent={<Link to="/content/scripts/new">{t("scripts.first")}</Link>}
      />
      {value && <Version value={value} onChange={onChange} />}
    </Flex>
  );
}

function Version({ value, onChange }: { value: Picked; onChange: (picked: Picked) => void }) {
  const { t } = useTranslation("content");
  return (
    <Loaded query={useScript(value.id)}>
      {({ script, versions }) => {
        const version = versions.find((one) => one.version === value.version);
        return (
          <Flex vertical gap="small">
            <Flex gap="small" align="center" wrap>
              <Tag style={{ margin: 0 }}>{t("script.version", { version: String(value.version) })}</Tag>
              <Link to={`/content/scripts/${script.id}?version=${value.version}`}>{t("pick.open")}</Link>
              {version && <KindTags kinds={kindsOf(version.body)} />}
            </Flex>
            {script.newest > value.version && (
              <Alert
                type="info"
                showIcon
                title={t("pick.newer", { version: String(script.newest) })}
                action={
                  <Button size="small" onClick={() => onChange({ ...value, version: script.newest })}>
                    {t("pick.takeNewer")}
                  </Button>
                }
              />
            )}
            {version && <Said body={version.body} value={value} onChange={onChange} />}
          </Flex>
        );
      }}
    </Loaded>
  );
}

function Said({ body, value, onChange }: { body: Body; value: Picked; onChange: (picked: Picked) => void }) {
  const { t } = useTranslation("content");
  const checked = useChecked(body).data;
  const bait = (value.bait === "b" && body.bait_b) || body.bait_a;
  const offers = body.plain ? [body.plain] : [bait, body.hook].flatMap((one) => one ?? []);
  return (
    <>
      {body.bait_b && (
        <Radio.Group
          aria-label={t("preview.bait")}
          value={value.bait}
          options={[
            { value: "a", label: t("part.bait_a") },
            { value: "b", label: t("part.bait_b") },
          ]}
          onChange={(event) => onChange({ ...value, bait: event.target.value === "b" ? "b" : "a" })}
        />
      )}
      <Offers offers={offers} />
      {checked?.wrong && <Alert type="warning" showIcon title={t("pick.unfit")} />}
      <Collapse ghost size="small" items={[{ key: "preview", label: t("preview.title"), children: <PersonPreview body={body} whole={Boolean(checked) && !checked?.wrong} /> }]} />
    </>
  );
}

function Offers({ offers }: { offers: readonly Offer[] }) {
  const { token } = theme.useToken();
  const materials = useMaterials(offers.flatMap((one) => one.materials));
  return (
    <Flex vertical gap={6} style={{ background: token.colorFillTertiary, borderRadius: token.borderRadiusLG, padding: "10px 14px" }}>
      {offers.map((offer, at) => (
        <Flex key={at} vertical gap={4}>
          {offer.text && <Typography.Text style={{ whiteSpace: "pre-wrap" }}>{offer.text}</Typography.Text>}
          {offer.materials.map((id, index) => {
            const material = materials.get(id);
            return material ? <MaterialLine key={`${id} ${index}`} material={material} /> : null;
          })}
        </Flex>
      ))}
    </Flex>
  );
}
