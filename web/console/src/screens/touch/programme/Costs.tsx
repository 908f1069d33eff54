import { DeleteOutlined } from "@ant-design/icons";
import { answered, api } from "@siyu/api";
import { Empty, ErrorNote, Loaded, Money } from "@siyu/kit";
import { useMutation } from "@tanstack/react-query";
import { Button, Card, Descriptions, Flex, InputNumber, Select, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../../app/session";
import { useProgramme, useProgrammeAgain, useWayNames, type Counted } from "./programme";

type Fen = Record<string, number>;

/** What one touch of a programme costs, by the way it goes. */
export function Costs({ programme }: { programme: number }) {
  return <Loaded query={useProgramme(programme)}>{(found) => <Known programme={found.programme} />}</Loaded>;
}

function Known({ programme }: { programme: Counted["programme"] }) {
  const { t } = useTranslation("touch");
  const may = useMay();
  const names = useWayNames();
  const [changing, setChanging] = useState(false);
  const costs: Fen = programme.costs ?? {};
  const called = (way: string): string => names.find((one) => one.value === way)?.label ?? way;
  return (
    <Card
      size="small"
      title={<h2 style={{ fontSize: 16, margin: 0 }}>{t("settings.costs")}</h2>}
      extra={
        may("journeys.manage") &&
        !changing && (
          <Button size="small" onClick={() => setChanging(true)}>
            {t("settings.costsChange")}
          </Button>
        )
      }
    >
      <Typography.Paragraph type="secondary">{t("settings.costsWhat")}</Typography.Paragraph>
      {changing ? (
        <Change id={programme.id} costs={costs} called={called} ways={names} onDone={() => setChanging(false)} />
      ) : Object.keys(costs).length === 0 ? (
        <Empty title={t("settings.noCosts")} />
      ) : (
        <Descriptions size="small" column={{ xs: 1, sm: 2, lg: 3 }} items={Object.entries(costs).map(([way, fen]) => ({ key: way, label: called(way), children: <Money fen={fen} /> }))} />
      )}
    </Card>
  );
}

interface ChangeProps {
  id: number;
  costs: Fen;
  called: (way: string) => string;
  ways: readonly { value: string; label: string }[];
  onDone: () => void;
}

function Change({ id, costs, called, ways, onDone }: ChangeProps) {
  const { t } = useTranslation("touch");
  const again = useProgrammeAgain();
  const [draft, setDraft] = useState<Fen>(costs);
  const saving = useMutation({
    mutationFn: () => answered(api.PUT("/api/v1/programmes/{programme_id}/costs", { params: { path: { programme_id: id } }, body: { costs: draft } })),
    onSuccess: async () => {
      await again();
      onDone();
    },
  });
  const free = ways.filter((one) => !(one.value in draft));
  return (
    <Flex vertical gap="small">
      {Object.entries(draft).map(([way, fen]) => (
        <Flex key={way} gap="small" align="center" wrap>
          <span style={{ minWidth: 180 }}>{called(way)}</span>
          <InputNumber<number> aria-label={t("settings.costOf", { way: called(way) })} prefix="¥" min={0} max={10_000} precision={2} value={fen / 100} onChange={(yuan) => setDraft({ ...draft, [way]: Math.round((yuan ?? 0) * 100) })} style={{ width: 140 }} />
          <Button type="text" icon={<DeleteOutlined />} aria-label={t("settings.costRemove", { way: called(way) })} onClick={() => setDraft(Object.fromEntries(Object.entries(draft).filter(([one]) => one !== way)))} />
        </Flex>
      ))}
      <Select<string | null>
        aria-label={t("settings.costAdd")}
        showSearch={{ optionFilterProp: "label" }}
        placeholder={t("settings.costAdd")}
        disabled={free.length === 0}
        value={null}
        options={free}
        onChange={(way) => way && setDraft({ ...draft, [way]: 0 })}
        style={{ width: 260 }}
      />
      <ErrorNote error={saving.error} />
      <Flex gap="small">
        <Button type="primary" loading={saving.isPending} onClick={() => saving.mutate()}>
          {t("settings.save")}
        </Button>
        <Button onClick={onDone}>{t("settings.cancel")}</Button>
      </Flex>
    </Flex>
  );
}
