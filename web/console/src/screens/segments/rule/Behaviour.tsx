import { CloseOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Dropdown, Flex, Input } from "antd";
import { useTranslation } from "react-i18next";

import { useNames } from "../../customers/names";
import { Numeric, OrderPart, ORDERS, Pick, PickMany, WindowPart } from "./controls";
import { FactPart, FactWhere } from "./FactPart";
import { useLists, useOffers, useSegments } from "./offers";
import type { LeafProps } from "./Profile";
import { marked, Said } from "./Said";
import type { Leaf } from "./tree";

/** Conditions on what a customer did and bought, on what they are worth, and on other sets. */

type Of<Condition extends Leaf["condition"]> = Extract<Leaf, { condition: Condition }>;
type Measured = Of<"did"> | Of<"bought">;
const MEASURES = ["count", "sum", "days", "since_last", "since_first"] as const;

/** The end of the sentence: what is counted, how it is compared, with how much. */
function useMeasure<Leaf extends Measured>(leaf: Leaf, onChange: (leaf: Leaf) => void) {
  const { t } = useTranslation("segments");
  const ago = leaf.measure === "since_last" || leaf.measure === "since_first";
  const choose = (measure: (typeof MEASURES)[number]): void => {
    const since = measure === "since_last" || measure === "since_first";
    const comparison = since && leaf.comparison !== "ge" && leaf.comparison !== "lt" ? "ge" : leaf.comparison;
    const sort = (one: string): string => (one === "sum" ? "money" : one.startsWith("since") ? "ago" : "times");
    const value = sort(measure) === sort(leaf.measure) ? leaf.value : measure === "sum" ? 10_000 : since ? 30 : 1;
    onChange({ ...leaf, measure, comparison, value });
  };
  return {
    measure: <Pick label={t("part.measure")} value={leaf.measure} options={MEASURES.map((value) => ({ value, label: t(`measure.${value}`) }))} onChange={choose} />,
    order: ago ? (
      <Pick label={t("part.order")} value={leaf.comparison} options={(["ge", "lt"] as const).map((value) => ({ value, label: t(`ago.${value}`) }))} onChange={(comparison) => onChange({ ...leaf, comparison })} />
    ) : (
      <OrderPart value={leaf.comparison} of={ORDERS} onChange={(comparison) => onChange({ ...leaf, comparison })} />
    ),
    value: <Numeric label={t("part.number")} min={leaf.measure === "sum" ? undefined : 0} money={leaf.measure === "sum"} suffix={leaf.measure === "sum" ? undefined : t(leaf.measure === "count" ? "unit.times" : "unit.day")} value={leaf.value} onChange={(value) => onChange({ ...leaf, value: value ?? Number.NaN })} />,
    window: <WindowPart value={leaf.within} onChange={(within) => onChange({ ...leaf, within })} />,
  };
}

export function DidLeaf({ leaf, onChange }: LeafProps<Of<"did">>) {
  const { t } = useTranslation("segments");
  const parts = useMeasure(leaf, onChange);
  const set = (fact: Of<"did">["fact"]): void => onChange({ ...leaf, fact });
  return (
    <Flex vertical gap={6}>
      <Said text={t("said.did", marked("window", "fact", "measure", "order", "value"))} parts={{ ...parts, fact: <FactPart label={t("part.fact")} fact={leaf.fact} onChange={set} /> }} />
      <FactWhere label={t("part.fact")} fact={leaf.fact} onChange={set} />
    </Flex>
  );
}

const LIMITS = ["platform", "shop", "product_nos", "category", "title"] as const;
type Limit = (typeof LIMITS)[number];

export function BoughtLeaf({ leaf, onChange }: LeafProps<Of<"bought">>) {
  const { t } = useTranslation("segments");
  const parts = useMeasure(leaf, onChange);
  const given = LIMITS.filter((name) => (name === "product_nos" ? leaf.product_nos.length > 0 : leaf[name] != null));
  const add = (name: Limit): void => onChange(name === "product_nos" ? { ...leaf, product_nos: [""] } : { ...leaf, [name]: "" });
  const limit = (
    <Dropdown trigger={["click"]} menu={{ items: LIMITS.filter((name) => !given.includes(name)).map((name) => ({ key: name, label: t(`limit.${name}`) })), onClick: ({ key }) => add(key as Limit) }}>
      <Button size="small" type="text" icon={<PlusOutlined />}>
        {t("limit.add")}
      </Button>
    </Dropdown>
  );
  return (
    <Flex vertical gap={6}>
      <Said text={t("said.bought", marked("window", "limit", "measure", "order", "value"))} parts={{ ...parts, limit }} />
      {given.length > 0 && (
        <Flex vertical gap={4} style={{ paddingInlineStart: 24 }}>
          {given.map((name) => (
            <LimitPart key={name} name={name} leaf={leaf} onChange={onChange} />
          ))}
        </Flex>
      )}
    </Flex>
  );
}

function LimitPart({ name, leaf, onChange }: LeafProps<Of<"bought">> & { name: Limit }) {
  const { t } = useTranslation("segments");
  const names = useNames();
  const places = useOffers().data?.places ?? [];
  const label = t(`limit.${name}`);
  const platforms = places.filter((place) => !place.includes("/"));
  const shops = places.filter((place) => place.includes("/") && (!leaf.platform || place.startsWith(`${leaf.platform}/`))).map((place) => place.slice(place.indexOf("/") + 1));
  const remove = (): void => {
    const { [name]: _, ...rest } = leaf;
    onChange(name === "product_nos" ? { ...leaf, product_nos: [] } : (rest as Of<"bought">));
  };
  return (
    <Flex gap={6} align="center">
      <span>{label}</span>
      {name === "platform" && <Pick label={label} value={leaf.platform} options={platforms.map((value) => ({ value, label: names.platform(value) }))} onChange={(platform) => onChange({ ...leaf, platform })} />}
      {name === "shop" && <Pick label={label} value={leaf.shop} options={[...new Set(shops)].map((value) => ({ value, label: value }))} onChange={(shop) => onChange({ ...leaf, shop })} width={160} />}
      {name === "product_nos" && <PickMany label={label} open value={leaf.product_nos.filter(Boolean)} options={[]} placeholder={t("limit.typeNumbers")} onChange={(product_nos) => onChange({ ...leaf, product_nos })} />}
      {(name === "category" || name === "title") && <Input aria-label={label} value={leaf[name] ?? ""} maxLength={256} onChange={(event) => onChange({ ...leaf, [name]: event.target.value })} style={{ width: 200 }} />}
      <Button type="text" size="small" icon={<CloseOutlined />} aria-label={t("limit.remove", { what: label })} onClick={remove} />
    </Flex>
  );
}

const BOUNDED = ["recency_days", "purchases", "money_fen"] as const;

export function RfmLeaf({ leaf, onChange }: LeafProps<Of<"rfm">>) {
  const { t } = useTranslation("segments");
  const set = (name: (typeof BOUNDED)[number], end: "least" | "most", value: number | null): void => {
    const next = { ...leaf[name], [end]: value };
    if (value === null) delete next[end];
    const { [name]: _, ...rest } = leaf;
    onChange(next.least == null && next.most == null ? rest : { ...leaf, [name]: next });
  };
  return (
    <Flex vertical gap={6}>
      {BOUNDED.map((name) => (
        <Said
          key={name}
          text={t(`said.${name}`, marked("least", "most"))}
          parts={Object.fromEntries(
            (["least", "most"] as const).map((end) => [
              end,
              <Numeric key={end} label={t(`part.${end}`, { what: t(`rfm.${name}`) })} placeholder={t("part.open")} money={name === "money_fen"} min={name === "money_fen" ? undefined : 0} value={leaf[name]?.[end]} onChange={(value) => set(name, end, value)} />,
            ]),
          )}
        />
      ))}
    </Flex>
  );
}

export function ValueLeaf({ leaf, onChange }: LeafProps<Of<"value">>) {
  const { t } = useTranslation("segments");
  return (
    <Said
      text={t("said.value", marked("order", "value"))}
      parts={{
        order: <OrderPart value={leaf.comparison} of={ORDERS} onChange={(comparison) => onChange({ ...leaf, comparison })} />,
        value: <Numeric label={t("part.number")} money value={leaf.fen} onChange={(fen) => onChange({ ...leaf, fen: fen ?? Number.NaN })} />,
      }}
    />
  );
}

const EXPECTED = ["value_fen", "alive_percent", "purchases"] as const;

export function PredictedLeaf({ leaf, onChange }: LeafProps<Of<"predicted">>) {
  const { t } = useTranslation("segments");
  return (
    <Said
      text={t("said.predicted", marked("what", "order", "value"))}
      parts={{
        what: <Pick label={t("part.predicted")} value={leaf.what} options={EXPECTED.map((value) => ({ value, label: t(`predicted.${value}`) }))} onChange={(what) => onChange({ ...leaf, what, value: what === "value_fen" ? 50_000 : what === "alive_percent" ? 50 : 1 })} />,
        order: <OrderPart value={leaf.comparison} of={["ge", "gt", "le", "lt"] as const} onChange={(comparison) => onChange({ ...leaf, comparison })} />,
        value: <Numeric label={t("part.number")} money={leaf.what === "value_fen"} digits={leaf.what === "purchases" ? 1 : 0} suffix={leaf.what === "alive_percent" ? "%" : undefined} value={leaf.value} onChange={(value) => onChange({ ...leaf, value: value ?? Number.NaN })} />,
      }}
    />
  );
}

export function SegmentLeaf({ leaf, onChange }: LeafProps<Of<"segment">>) {
  const { t } = useTranslation("segments");
  const segments = useSegments().data ?? [];
  const gone = leaf.segment_id > 0 && segments.length > 0 && !segments.some((one) => one.id === leaf.segment_id) ? [{ value: leaf.segment_id, label: t("part.gone", { id: String(leaf.segment_id) }) }] : [];
  return <Said text={t("said.segment", marked("segment"))} parts={{ segment: <Pick label={t("part.segment")} value={leaf.segment_id} options={[...segments.map(({ id, name }) => ({ value: id, label: name })), ...gone]} onChange={(segment_id) => onChange({ ...leaf, segment_id })} width={200} /> }} />;
}

export function ListLeaf({ leaf, onChange }: LeafProps<Of<"list">>) {
  const { t } = useTranslation("segments");
  const lists = useLists().data ?? [];
  return <Said text={t("said.list", marked("list"))} parts={{ list: <Pick label={t("part.list")} value={leaf.list_id} options={lists.map(({ id, name }) => ({ value: id, label: name }))} onChange={(list_id) => onChange({ ...leaf, list_id })} width={200} /> }} />;
}
