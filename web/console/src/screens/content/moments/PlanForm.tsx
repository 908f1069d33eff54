import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import { Alert, Button, Card, Checkbox, DatePicker, Flex, InputNumber, Select, Typography } from "antd";
import dayjs from "dayjs";
import { useTranslation } from "react-i18next";

import { CATEGORIES, PHASE_KINDS, useMixes, type Mix, type Phase, type PhaseKind, type Plan } from "../content";
import { plusDays } from "./days";
import { Dot } from "./Dot";

const NEXT: Readonly<Record<PhaseKind, PhaseKind>> = { everyday: "warm_up", warm_up: "burst", burst: "afterglow", afterglow: "everyday" };
const DAYS = 7;

/** The phases of a campaign, each with the mix that it wants. */
export function PlanForm({ plan, onChange }: { plan: Plan; onChange: (plan: Plan) => void }) {
  const { t } = useTranslation("content");
  const put = (at: number, phase: Phase): void => onChange({ ...plan, phases: plan.phases.map((one, index) => (index === at ? phase : one)) });
  const last = plan.phases.at(-1);
  const add = (): void => {
    const first = last ? plusDays(last.last, 1) : dayjs().format("YYYY-MM-DD");
    onChange({ ...plan, phases: [...plan.phases, { kind: last ? NEXT[last.kind] : "everyday", first, last: plusDays(first, DAYS - 1), mix: null }] });
  };
  return (
    <Flex vertical gap="small" style={{ marginBottom: 16 }}>
      {plan.phases.map((phase, at) => (
        <OnePhase key={at} number={at + 1} phase={phase} onChange={(changed) => put(at, changed)} onRemove={() => onChange({ ...plan, phases: plan.phases.filter((_, index) => index !== at) })} />
      ))}
      <Button type="dashed" icon={<PlusOutlined />} onClick={add} style={{ alignSelf: "flex-start" }}>
        {t("moments.addPhase")}
      </Button>
      <Flex gap="small" align="center" wrap>
        <span>{t("moments.tolerance")}</span>
        <InputNumber aria-label={t("moments.tolerance")} suffix="%" min={0} max={50} precision={0} value={plan.tolerance} onChange={(tolerance) => onChange({ ...plan, tolerance: tolerance ?? 0 })} style={{ width: 90 }} />
        <Typography.Text type="secondary">{t("moments.toleranceWhat")}</Typography.Text>
      </Flex>
    </Flex>
  );
}

function OnePhase({ number, phase, onChange, onRemove }: { number: number; phase: Phase; onChange: (phase: Phase) => void; onRemove: () => void }) {
  const { t } = useTranslation("content");
  const standard = useMixes().data?.[phase.kind];
  const named = t("moments.phaseNumber", { number: String(number) });
  const mix = phase.mix ?? standard;
  const sum = mix ? sumOf(mix) : 100;
  return (
    <Card size="small" type="inner" title={named} extra={<Button type="text" size="small" icon={<DeleteOutlined />} aria-label={t("moments.removePhase", { number: String(number) })} onClick={onRemove} />}>
      <Flex vertical gap="small">
        <Flex gap="small" wrap>
          <Select<PhaseKind> aria-label={`${named}: ${t("column.kind")}`} value={phase.kind} options={PHASE_KINDS.map((value) => ({ value, label: t(`phase.${value}`) }))} onChange={(kind) => onChange({ ...phase, kind })} style={{ width: 130 }} />
          <DatePicker.RangePicker
            aria-label={`${named}: ${t("moments.days")}`}
            value={[dayjs(phase.first), dayjs(phase.last)]}
            allowClear={false}
            onChange={(days) => days?.[0] && days[1] && onChange({ ...phase, first: days[0].format("YYYY-MM-DD"), last: days[1].format("YYYY-MM-DD") })}
          />
        </Flex>
        {mix && (
          <Flex gap="small" align="center" wrap>
            {CATEGORIES.map((category) =>
              phase.mix ? (
                <InputNumber
                  key={category}
                  aria-label={`${named}: ${t(`category.${category}`)}`}
                  prefix={t(`category.${category}`)}
                  suffix="%"
                  min={0}
                  max={100}
                  precision={0}
                  value={mix[category]}
                  onChange={(share) => onChange({ ...phase, mix: { ...mix, [category]: share ?? 0 } })}
                  style={{ width: 140 }}
                />
              ) : (
                <span key={category}>
                  <Dot category={category} /> {t(`category.${category}`)} {mix[category]}%
                </span>
              ),
            )}
            <Checkbox checked={Boolean(phase.mix)} onChange={(event) => onChange({ ...phase, mix: event.target.checked ? { ...mix } : null })}>
              {t("moments.ownMix")}
            </Checkbox>
          </Flex>
        )}
        {sum !== 100 && <Alert type="warning" showIcon title={t("moments.sum", { sum: String(sum) })} />}
      </Flex>
    </Card>
  );
}

const sumOf = (mix: Mix): number => mix.persona + mix.seeding + mix.brand;

/** Something that can be kept: phases, each with a mix of a hundred. */
export function wholePlan(plan: Plan): boolean {
  return plan.phases.length > 0 && plan.phases.every((phase) => !phase.mix || sumOf(phase.mix) === 100);
}
