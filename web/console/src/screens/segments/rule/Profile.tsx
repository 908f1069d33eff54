import { AutoComplete, DatePicker, Select } from "antd";
import type { Schema } from "@siyu/api";
import dayjs from "dayjs";
import { useTranslation } from "react-i18next";

import { useNames, useSources } from "../../customers/names";
import { useLadder, useLayerName } from "../../../app/ladder";
import { Numeric, Pick, PickMany, PickOrType } from "./controls";
import { useChatGroups, useCodes, useOffers } from "./offers";
import { marked, Said } from "./Said";
import type { Leaf } from "./tree";

/** Conditions on what a customer is: each a sentence with its controls in it. */

export interface LeafProps<Of extends Leaf = Leaf> {
  leaf: Of;
  onChange: (leaf: Leaf) => void;
}

type Of<Condition extends Leaf["condition"]> = Extract<Leaf, { condition: Condition }>;
type Comparison = Schema<"Trait">["comparison"];

const COMPARED: Record<Schema<"TraitOffered">["sort"], readonly Comparison[]> = {
  text: ["eq", "ne", "in", "contains", "exists"],
  number: ["eq", "ne", "ge", "gt", "le", "lt", "in", "exists"],
  boolean: ["eq", "exists"],
  date: ["eq", "exists"],
};

export function TraitLeaf({ leaf, onChange }: LeafProps<Of<"trait">>) {
  const { t } = useTranslation("segments");
  const names = useNames();
  const traits = useOffers().data?.traits ?? [];
  const trait = traits.find((one) => one.name === leaf.name);
  const comparisons = trait?.personal ? (["exists"] as const) : COMPARED[trait?.sort ?? "text"];
  const fresh = (comparison: Comparison): Of<"trait">["value"] => (comparison === "exists" ? true : comparison === "in" ? [] : trait?.sort === "boolean" ? true : "");
  const name = (next: string): void => {
    const found = traits.find((one) => one.name === next);
    const comparison = found?.personal ? "exists" : leaf.comparison;
    onChange({ ...leaf, name: next, comparison, value: comparison === "exists" ? true : comparison === "in" ? [] : found?.sort === "boolean" ? true : "" });
  };
  const compare = (comparison: Comparison): void => {
    const alike = (comparison === "in") === Array.isArray(leaf.value) && comparison !== "exists" && leaf.comparison !== "exists";
    onChange({ ...leaf, comparison, value: alike ? leaf.value : fresh(comparison) });
  };
  const offered = comparisons.includes(leaf.comparison) ? comparisons : [...comparisons, leaf.comparison];
  return (
    <Said
      text={t("said.trait", marked("name", "comparison", "value"))}
      parts={{
        name: <PickOrType label={t("part.trait")} value={leaf.name} options={traits.map((one) => ({ value: one.name, label: names.field(one.name) }))} onChange={name} />,
        comparison: <Pick label={t("part.comparison")} value={leaf.comparison} options={offered.map((value) => ({ value, label: t(`compare.${value}`) }))} onChange={compare} />,
        value: <TraitValue leaf={leaf} trait={trait} onChange={onChange} />,
      }}
    />
  );
}

function TraitValue({ leaf, trait, onChange }: LeafProps<Of<"trait">> & { trait: Schema<"TraitOffered"> | undefined }) {
  const { t } = useTranslation("segments");
  const names = useNames();
  const label = t("part.value");
  const offered = (trait?.values ?? []).map((value) => ({ value, label: names.trait(leaf.name, value) }));
  const typed = (text: string): string | number => (trait?.sort === "number" && text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text);
  if (leaf.comparison === "exists" || trait?.sort === "boolean") {
    const words = leaf.comparison === "exists" ? (["there", "notThere"] as const) : (["true", "false"] as const);
    return <Select aria-label={label} value={String(leaf.value)} options={["true", "false"].map((value, index) => ({ value, label: t(`truth.${words[index] ?? "true"}`) }))} onChange={(value) => onChange({ ...leaf, value: value === "true" })} style={{ minWidth: 90 }} />;
  }
  if (leaf.comparison === "in") {
    return <PickMany label={label} open value={Array.isArray(leaf.value) ? leaf.value.map(String) : []} options={offered} onChange={(values) => onChange({ ...leaf, value: values.map(typed) })} placeholder={t("part.values")} />;
  }
  if (trait?.sort === "number" || ["ge", "gt", "le", "lt"].includes(leaf.comparison)) {
    return <Numeric label={label} digits={2} value={typeof leaf.value === "number" ? leaf.value : null} onChange={(value) => onChange({ ...leaf, value: value ?? "" })} />;
  }
  return (
    <AutoComplete
      aria-label={label}
      placeholder={label}
      value={String(leaf.value)}
      options={offered}
      showSearch={{ filterOption: (text, option) => String(option?.label).includes(text) }}
      onChange={(value: string) => onChange({ ...leaf, value })}
      style={{ width: 160 }}
    />
  );
}

const DATES = ["last_days", "days_ago", "next_days", "before", "from"] as const;

export function DateLeaf({ leaf, onChange }: LeafProps<Of<"date">>) {
  const { t } = useTranslation("segments");
  const names = useNames();
  const traits = (useOffers().data?.traits ?? []).filter((one) => one.sort === "date" && !one.personal);
  const byDay = leaf.comparison === "before" || leaf.comparison === "from";
  const compare = (comparison: (typeof DATES)[number]): void => {
    const day = comparison === "before" || comparison === "from";
    onChange({ condition: "date", name: leaf.name, comparison, ...(day ? leaf.day && { day: leaf.day } : { days: leaf.days ?? 30 }) });
  };
  return (
    <Said
      text={t("said.date", marked("name", "comparison", "value"))}
      parts={{
        name: <PickOrType label={t("part.date")} value={leaf.name} options={traits.map((one) => ({ value: one.name, label: names.field(one.name) }))} onChange={(name) => onChange({ ...leaf, name })} />,
        comparison: <Pick label={t("part.comparison")} value={leaf.comparison} options={DATES.map((value) => ({ value, label: t(`date.${value}`) }))} onChange={compare} />,
        value: byDay ? (
          <DatePicker aria-label={t("part.day")} value={leaf.day ? dayjs(leaf.day) : null} onChange={(day) => onChange({ condition: "date", name: leaf.name, comparison: leaf.comparison, ...(day && { day: day.format("YYYY-MM-DD") }) })} />
        ) : (
          <Numeric label={t("part.number")} min={0} max={36600} suffix={t("unit.day")} value={leaf.days} onChange={(days) => onChange({ ...leaf, days })} />
        ),
      }}
    />
  );
}

export function AnniversaryLeaf({ leaf, onChange }: LeafProps<Of<"anniversary">>) {
  const { t } = useTranslation("segments");
  const names = useNames();
  const traits = useOffers().data?.traits ?? [];
  const offered = [...new Set(["birthday", ...traits.filter((one) => one.sort === "date").map((one) => one.name)])];
  return (
    <Said
      text={t("said.anniversary", marked("name", "days"))}
      parts={{
        name: <PickOrType label={t("part.date")} width={110} value={leaf.name} options={offered.map((value) => ({ value, label: names.field(value) }))} onChange={(name) => onChange({ ...leaf, name })} />,
        days: <Numeric label={t("part.number")} min={0} max={365} suffix={t("unit.day")} value={leaf.days} onChange={(days) => onChange({ ...leaf, days: days ?? 0 })} />,
      }}
    />
  );
}

const SINCES = ["any", "at_least_days", "less_than_days", "between"] as const;
interface Standing {
  at_least_days?: number | null;
  less_than_days?: number | null;
}

/** For how long it stands. */
function Since({ value, onChange }: { value: Standing; onChange: (value: Standing) => void }) {
  const { t } = useTranslation("segments");
  const { at_least_days: least, less_than_days: less } = value;
  const kind = least != null ? (less != null ? "between" : "at_least_days") : less != null ? "less_than_days" : "any";
  const choose = (next: (typeof SINCES)[number]): void =>
    onChange({ ...((next === "at_least_days" || next === "between") && { at_least_days: least ?? 7 }), ...((next === "less_than_days" || next === "between") && { less_than_days: less ?? 30 }) });
  return (
    <>
      <Pick label={t("part.since")} value={kind} options={SINCES.map((one) => ({ value: one, label: t(`since.${one}`) }))} onChange={choose} />
      {least != null && <Numeric label={t("since.at_least_days")} min={0} suffix={t("unit.day")} value={least} onChange={(days) => onChange({ ...value, at_least_days: days ?? 0 })} />}
      {least != null && less != null && <span>{t("since.to")}</span>}
      {less != null && <Numeric label={t("since.less_than_days")} min={0} suffix={t("unit.day")} value={less} onChange={(days) => onChange({ ...value, less_than_days: days ?? 0 })} />}
    </>
  );
}

export function TagLeaf({ leaf, onChange }: LeafProps<Of<"tag">>) {
  const { t } = useTranslation("segments");
  const tags = useOffers().data?.tags ?? [];
  const rest = leaf.source ? { source: leaf.source } : {};
  return (
    <Said
      text={t("said.tag", marked("tag", "since"))}
      parts={{
        tag: <PickOrType label={t("part.tag")} value={leaf.tag} options={tags.map((value) => ({ value, label: value }))} onChange={(tag) => onChange({ ...leaf, tag })} />,
        since: <Since value={leaf} onChange={(since) => onChange({ condition: "tag", tag: leaf.tag, ...rest, ...since })} />,
      }}
    />
  );
}

const CHANNELS = ["all", "sms", "email", "phone", "wecom", "wechat"] as const;
const PURPOSES = ["marketing", "service", "transactional"] as const;
const STATES = ["granted", "denied", "unknown"] as const;

export function ConsentLeaf({ leaf, onChange }: LeafProps<Of<"consent">>) {
  const { t } = useTranslation("segments");
  const names = useNames();
  return (
    <Said
      text={t("said.consent", marked("channel", "purpose", "state"))}
      parts={{
        channel: <PickOrType label={t("part.channel")} width={110} value={leaf.channel} options={CHANNELS.map((value) => ({ value, label: names.channel(value) }))} onChange={(channel) => onChange({ ...leaf, channel })} />,
        purpose: <Pick label={t("part.purpose")} value={leaf.purpose} options={PURPOSES.map((value) => ({ value, label: names.purpose(value) }))} onChange={(purpose) => onChange({ ...leaf, purpose })} />,
        state: <Pick label={t("part.state")} value={leaf.state} options={STATES.map((value) => ({ value, label: t(`consent.${value}`) }))} onChange={(state) => onChange({ ...leaf, state })} />,
      }}
    />
  );
}

const RELATIONS = ["friend", "follower", "member", "group_member", "subscriber", "fan"] as const;

export function RelationLeaf({ leaf, onChange }: LeafProps<Of<"relation">>) {
  const { t } = useTranslation("segments");
  const names = useNames();
  const rest = leaf.scope ? { scope: leaf.scope } : {};
  return (
    <Said
      text={t("said.relation", marked("state", "kind", "since"))}
      parts={{
        state: <Pick label={t("part.standing")} value={leaf.state} options={(["standing", "ended"] as const).map((value) => ({ value, label: t(`relation.${value}`) }))} onChange={(state) => onChange({ ...leaf, state })} />,
        kind: <Pick label={t("part.relation")} value={leaf.kind} options={RELATIONS.map((value) => ({ value, label: names.relation(value) }))} onChange={(kind) => onChange({ ...leaf, kind })} />,
        since: <Since value={leaf} onChange={(since) => onChange({ condition: "relation", kind: leaf.kind, state: leaf.state, ...rest, ...since })} />,
      }}
    />
  );
}

export function GroupLeaf({ leaf, onChange }: LeafProps<Of<"group">>) {
  const { t } = useTranslation("segments");
  const groups = useChatGroups();
  return <Said text={t("said.group", marked("groups"))} parts={{ groups: <PickMany label={t("part.groups")} value={leaf.groups} options={groups} placeholder={t("part.anyGroup")} onChange={(chosen) => onChange({ ...leaf, groups: chosen })} /> }} />;
}

export function LayerLeaf({ leaf, onChange }: LeafProps<Of<"layer">>) {
  const { t } = useTranslation("segments");
  const ladder = useLadder();
  const name = useLayerName();
  return <Said text={t("said.layer", marked("layers"))} parts={{ layers: <PickMany label={t("part.layers")} value={leaf.layers} options={ladder.map(({ layer }) => ({ value: layer, label: name(layer) }))} onChange={(layers) => onChange({ ...leaf, layers })} /> }} />;
}

export function SourceLeaf({ leaf, onChange }: LeafProps<Of<"first_source">>) {
  const { t } = useTranslation("segments");
  const sources = useSources();
  return <Said text={t("said.firstSource", marked("sources"))} parts={{ sources: <PickMany label={t("part.sources")} value={leaf.source_ids} options={sources.map(({ id, name }) => ({ value: id, label: name }))} onChange={(source_ids) => onChange({ ...leaf, source_ids })} /> }} />;
}

export function CodeLeaf({ leaf, onChange }: LeafProps<Of<"entry_code">>) {
  const { t } = useTranslation("segments");
  const codes = useCodes();
  return <Said text={t("said.entryCode", marked("codes"))} parts={{ codes: <PickMany label={t("part.codes")} value={leaf.codes} options={(codes.data?.codes ?? []).map((code) => ({ value: code.id, label: code.name }))} onChange={(chosen) => onChange({ ...leaf, codes: chosen })} /> }} />;
}
