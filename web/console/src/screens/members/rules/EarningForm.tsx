import { Flex, Select, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { useNames } from "../../customers/names";
import { EARNED, useUnitName } from "../units";
import { sortOf, ofSort, SORTS, type Sort } from "./dayKinds";
import { useEarningWords, WEEKDAYS } from "./earningWords";
import { Choose, Day, Field, MaybeWhole, Part, Rows, Text, Whole, Yuan } from "./fields";
import type { Cap, EarningRules, MultiplierDays, OrderRule } from "./types";

const PLATFORMS = ["taobao", "jd", "doudian", "pinduoduo", "youzan", "wechat_shop"] as const;

interface Props {
  draft: EarningRules;
  change: (draft: EarningRules) => void;
}

/** Rules of earning as forms; under each rule the sentence that it makes. */
export function EarningForm({ draft, change }: Props) {
  const { t } = useTranslation("members");
  const words = useEarningWords();
  return (
    <Flex vertical gap="middle">
      <Part title={t("earning.orders")} what={t("earning.ordersWhat")}>
        <Rows<OrderRule>
          items={draft.orders}
          ordered
          add={t("earning.addOrder")}
          make={() => ({ amount: 1, per_fen: 100, unit: "points", when: "received", expires_days: 365, platform: null, shop: null, category: null })}
          called={(_, at) => t("earning.orderNumber", { number: String(at + 1) })}
          onChange={(orders) => change({ ...draft, orders })}
        >
          {(rule, set) => (
            <>
              <OrderFields rule={rule} set={set} />
              <Sentence>{words.order(rule)}</Sentence>
            </>
          )}
        </Rows>
      </Part>
      <Part title={t("earning.days")} what={t("earning.daysWhat")}>
        <Rows<MultiplierDays>
          items={draft.days}
          add={t("earning.addDays")}
          make={() => ({ percent: 200, unit: "points", weekdays: [3] })}
          called={(_, at) => t("earning.daysNumber", { number: String(at + 1) })}
          onChange={(days) => change({ ...draft, days })}
        >
          {(one, set) => (
            <>
              <DayFields one={one} set={set} />
              <Sentence>{words.days(one)}</Sentence>
            </>
          )}
        </Rows>
      </Part>
      <Part title={t("earning.caps")} what={t("earning.capsWhat")}>
        <Rows<Cap>
          items={draft.caps}
          add={t("earning.addCap")}
          make={() => ({ unit: EARNED.find((code) => !draft.caps.some((one) => one.unit === code)) ?? "points", per_day: 1000, per_month: null })}
          called={(_, at) => t("earning.capNumber", { number: String(at + 1) })}
          onChange={(caps) => change({ ...draft, caps })}
        >
          {(one, set) => (
            <>
              <Unit value={one.unit} onChange={(unit) => set({ unit })} />
              <MaybeWhole label={t("earning.mostPerDay")} value={one.per_day} max={10 ** 12} empty={t("earning.noLimit")} onChange={(per_day) => set({ per_day })} />
              <MaybeWhole label={t("earning.mostPerMonth")} value={one.per_month} max={10 ** 12} empty={t("earning.noLimit")} onChange={(per_month) => set({ per_month })} />
            </>
          )}
        </Rows>
      </Part>
    </Flex>
  );
}

function Sentence({ children }: { children: string }) {
  return (
    <Typography.Text type="secondary" style={{ width: "100%" }}>
      {children}
    </Typography.Text>
  );
}

function Unit({ value, onChange }: { value: string; onChange: (unit: string) => void }) {
  const { t } = useTranslation("members");
  const unit = useUnitName();
  const codes = (EARNED as readonly string[]).includes(value) ? EARNED : [...EARNED, value];
  return <Choose<string> label={t("form.unit")} value={value} width={120} options={codes.map((code) => ({ value: code, label: unit(code) }))} onChange={onChange} />;
}

function OrderFields({ rule, set }: { rule: OrderRule; set: (part: Partial<OrderRule>) => void }) {
  const { t } = useTranslation("members");
  const names = useNames();
  const platforms = rule.platform && !(PLATFORMS as readonly string[]).includes(rule.platform) ? [...PLATFORMS, rule.platform] : PLATFORMS;
  return (
    <>
      <Yuan label={t("earning.forEach")} fen={rule.per_fen} min={1} onChange={(per_fen) => set({ per_fen })} />
      <Whole label={t("earning.amount")} value={rule.amount} onChange={(amount) => set({ amount })} />
      <Unit value={rule.unit} onChange={(unit) => set({ unit })} />
      <Choose<"received" | "paid"> label={t("earning.when")} value={rule.when} options={[{ value: "received", label: t("earning.whenReceived") }, { value: "paid", label: t("earning.whenPaid") }]} onChange={(when) => set({ when })} />
      <Field label={t("earning.platform")}>
        <Select<string> aria-label={t("earning.platform")} allowClear placeholder={t("earning.all")} value={rule.platform} options={platforms.map((code) => ({ value: code, label: names.platform(code) }))} onChange={(platform: string | undefined) => set(platform ? { platform } : { platform: null, shop: null })} style={{ width: 130 }} />
      </Field>
      <Text label={t("earning.shop")} value={rule.shop} empty={t("earning.all")} onChange={(shop) => set({ shop: shop || null })} />
      <Text label={t("earning.category")} value={rule.category} empty={t("earning.all")} onChange={(category) => set({ category: category || null })} />
      <MaybeWhole label={t("form.expires")} value={rule.expires_days} empty={t("form.never")} onChange={(expires_days) => set({ expires_days })} />
    </>
  );
}

function DayFields({ one, set }: { one: MultiplierDays; set: (part: Partial<MultiplierDays>) => void }) {
  const { t } = useTranslation("members");
  const sort = sortOf(one);
  return (
    <>
      <Choose<Sort> label={t("earning.sort")} value={sort} options={SORTS.map((value) => ({ value, label: t(`earning.sorts.${value}`) }))} onChange={(next) => set(ofSort(next))} />
      {sort === "weekdays" && (
        <Field label={t("earning.sorts.weekdays")}>
          <Select<number[]> mode="multiple" aria-label={t("earning.sorts.weekdays")} value={one.weekdays ?? []} options={WEEKDAYS.map((day, at) => ({ value: at + 1, label: t(`weekday.${day}`) }))} onChange={(weekdays) => set({ weekdays: [...weekdays].sort((a, b) => a - b) })} style={{ minWidth: 160 }} />
        </Field>
      )}
      {sort === "month_days" && (
        <Field label={t("earning.sorts.month_days")}>
          <Select<number[]> mode="multiple" aria-label={t("earning.sorts.month_days")} value={one.month_days ?? []} options={Array.from({ length: 31 }, (_, at) => ({ value: at + 1, label: String(at + 1) }))} onChange={(days) => set({ month_days: [...days].sort((a, b) => a - b) })} style={{ minWidth: 160 }} />
        </Field>
      )}
      {sort === "dates" && (
        <>
          <Day label={t("earning.first")} value={one.first} onChange={(first) => set({ first })} />
          <Day label={t("earning.last")} value={one.last} onChange={(last) => set({ last })} />
        </>
      )}
      <Whole label={t("earning.percent")} value={one.percent} min={101} max={10_000} onChange={(percent) => set({ percent })} />
      <Unit value={one.unit} onChange={(unit) => set({ unit })} />
    </>
  );
}
