import { answered, api } from "@siyu/api";
import { Sideways, useFormat } from "@siyu/kit";
import { Flex, Select, Table, Tag, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { Choose, Field, MaybeWhole, Part, Rows, Text, Whole, Yuan } from "./fields";
import { another, closed, notAbove } from "./tierLadder";
import { TierPreview } from "./TierPreview";
import type { Tier, TierRules } from "./types";
import { Versioned, type Version } from "./Versioned";

type Rules = Version<TierRules>;

/** Nobody ever made any: a draft begins with the lowest, in which everybody is. */
const EMPTY: TierRules = { by: "growth", grace_days: 0, window_days: 365, tiers: [] };

const read = (found: Omit<Rules, "rules"> & { rules: TierRules | null }): Rules => ({ ...found, rules: found.rules ?? EMPTY });

/** Tiers: where each begins, by what, what its people get; and what a change would do to how many. */
export function TiersPage() {
  const { t } = useTranslation("members");
  return (
    <Versioned<TierRules>
      name="tiers"
      title={t("tiers.title")}
      what={t("tiers.what")}
      none={t("tiers.none")}
      load={async (signal) => read(await answered(api.GET("/api/v1/ledger/tiers", { signal })))}
      history={async (signal) => (await answered(api.GET("/api/v1/ledger/tiers/versions", { signal }))).map(read)}
      save={(body) => answered(api.PUT("/api/v1/ledger/tiers", { body: { ...body, rules: { ...body.rules } } }))}
      said={(rules) => <InWords rules={rules} />}
      form={(draft, change) => <Editing draft={draft} change={change} />}
      preview={(draft) => <TierPreview rules={draft} />}
    />
  );
}

/** How a figure of what counts is written: growth, money or orders. */
export function useFigure(by: TierRules["by"]): (figure: number) => string {
  const { t } = useTranslation("members");
  const { money, count } = useFormat();
  return (figure) => (by === "spend" ? money(figure) : t(`tiers.figure.${by}`, { count: figure, figure: count(figure) }));
}

function InWords({ rules }: { rules: TierRules }) {
  const { t } = useTranslation("members");
  const figure = useFigure(rules.by);
  const { share } = useFormat();
  return (
    <Flex vertical gap="small">
      <Typography.Text>
        {t(`tiers.by.${rules.by}`)} {rules.window_days ? t("tiers.window", { days: String(rules.window_days) }) : t("tiers.allTime")} {rules.grace_days > 0 ? t("tiers.grace", { days: String(rules.grace_days) }) : t("tiers.noGrace")}
      </Typography.Text>
      <Sideways label={t("tiers.title")}>
        <Table<Tier>
          aria-label={t("tiers.title")}
          size="small"
          rowKey="code"
          pagination={false}
          dataSource={rules.tiers}
          columns={[
            { title: t("tiers.name"), render: (_, one) => <Flex vertical><Typography.Text strong>{one.name}</Typography.Text><Typography.Text type="secondary">{one.code}</Typography.Text></Flex> },
            { title: t("tiers.range"), render: (_, one) => (typeof one.below === "number" ? t("tiers.between", { from: figure(one.at_least), below: figure(one.below) }) : t("tiers.from", { from: figure(one.at_least) })) },
            { title: t("tiers.percent"), align: "right", render: (_, one) => share(one.percent / 100) },
            { title: t("tiers.benefits"), render: (_, one) => <Flex gap={4} wrap>{(one.benefits ?? []).map((each) => <Tag key={each}>{each}</Tag>)}</Flex> },
          ]}
        />
      </Sideways>
    </Flex>
  );
}

function Editing({ draft, change }: { draft: TierRules; change: (draft: TierRules) => void }) {
  const { t } = useTranslation("members");
  const set = (part: Partial<TierRules>): void => change({ ...draft, ...part });
  const wrong = notAbove(draft.tiers);
  const figure = useFigure(draft.by);
  return (
    <Flex vertical gap="middle">
      <Part title={t("tiers.whatCounts")}>
        <Flex gap="12px 16px" wrap>
          <Choose<TierRules["by"]> label={t("tiers.measure")} width={180} value={draft.by} options={(["growth", "spend", "orders"] as const).map((value) => ({ value, label: t(`tiers.measures.${value}`) }))} onChange={(by) => set({ by })} />
          <MaybeWhole label={t("tiers.windowDays")} value={draft.window_days} max={3660} empty={t("tiers.ever")} onChange={(window_days) => set({ window_days })} />
          <Whole label={t("tiers.graceDays")} value={draft.grace_days} min={0} max={3660} onChange={(grace_days) => set({ grace_days })} />
        </Flex>
      </Part>
      <Part title={t("tiers.title")} what={t("tiers.editWhat")}>
        <Rows<Tier> items={draft.tiers} ordered add={t("tiers.add")} make={() => another(draft.tiers)} called={(one) => one.name || one.code} onChange={(tiers) => set({ tiers: closed(tiers) })}>
          {(one, put, at) => (
            <>
              <Text label={t("tiers.name")} value={one.name} max={60} onChange={(name) => put({ name })} />
              <Text label={t("tiers.code")} value={one.code} max={40} width={110} onChange={(code) => put({ code })} />
              {at === 0 ? <span>{t("tiers.lowest")}</span> : draft.by === "spend" ? <Yuan label={t("tiers.atLeast")} fen={one.at_least} onChange={(at_least) => put({ at_least })} /> : <Whole label={t("tiers.atLeast")} value={one.at_least} min={0} max={10 ** 15} width={140} onChange={(at_least) => put({ at_least })} />}
              <Whole label={t("tiers.percentOf")} value={one.percent} min={100} max={10_000} onChange={(percent) => put({ percent })} />
              <Field label={t("tiers.benefits")}>
                <Select<string[]> mode="tags" aria-label={t("tiers.benefits")} placeholder={t("tiers.benefitsHint")} open={false} suffixIcon={null} tokenSeparators={[",", "，", "、"]} value={one.benefits ?? []} onChange={(benefits) => put({ benefits })} style={{ minWidth: 240 }} />
              </Field>
              {at === wrong && <Typography.Text type="danger">{t("tiers.notAbove", { before: figure(draft.tiers[at - 1]?.at_least ?? 0) })}</Typography.Text>}
            </>
          )}
        </Rows>
      </Part>
    </Flex>
  );
}
