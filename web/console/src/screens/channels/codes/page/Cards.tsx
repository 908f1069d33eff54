import { DownloadOutlined } from "@ant-design/icons";
import { answered, api, type Schema } from "@siyu/api";
import { Count, DataTable, Empty, ErrorNote, StatCard, useLanguage, type Column } from "@siyu/kit";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Badge, Button, Col, Flex, InputNumber, Row, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../../../app/session";
import type { Code } from "../codes";
import { lastNumber, MOST_CARDS } from "./cards";

type Card = Schema<"CardRead">;

/** Cards that go into packages: each has a QR of its own, so that it is known who came by which. */
export function Cards({ code }: { code: Code }) {
  const { t } = useTranslation("channels");
  const columns: Column<Card>[] = [
    { key: "number", title: t("cards.number"), render: (row) => row.number },
    { key: "state", title: t("codes.state"), render: (row) => <Typography.Text code>{row.state}</Typography.Text> },
    { key: "standing", title: t("cards.standing"), render: (row) => <CardStanding card={row} /> },
    { key: "url", title: t("qr.url"), render: (row) => row.url || "—", optional: true },
  ];
  return (
    <Flex vertical gap="middle">
      <Typography.Text type="secondary">{t("cards.what")}</Typography.Text>
      <Row gutter={[16, 16]}>
        <Col xs={12} sm={6}>
          <StatCard label={t("cards.all")} value={<Count value={code.cards} />} />
        </Col>
        <Col xs={12} sm={6}>
          <StatCard label={t("cards.usable")} value={<Count value={code.cards_open} />} normal={t("cards.usableNormal")} />
        </Col>
      </Row>
      <Make code={code} />
      <DataTable
        name="channels.cards"
        title={t("codes.tabs.cards")}
        prefix="c_"
        columns={columns}
        rowKey={(row) => row.number}
        queryKey={["channels", "codes", code.id, "cards", code.cards]}
        refresh={code.cards_open < code.cards ? 5000 : undefined}
        empty={<Empty title={t("cards.empty")} />}
        load={async ({ cursor, limit }, signal) => {
          const rows = await answered(api.GET("/api/v1/channels/codes/{code_id}/cards", { signal, params: { path: { code_id: code.id }, query: { after: cursor ? Number(cursor) : 0, limit } } }));
          return { rows, next: rows.length === limit ? String(rows.at(-1)?.number) : null, total: code.cards };
        }}
      />
    </Flex>
  );
}

function CardStanding({ card }: { card: Card }) {
  const { t } = useTranslation("channels");
  const language = useLanguage();
  if (card.problem) return <Badge status="error" text={card.problem[language]} />;
  return card.open ? <Badge status="success" text={t("cards.usable")} /> : <Badge status="processing" text={t("cards.waiting")} />;
}

function Make({ code }: { code: Code }) {
  const { t } = useTranslation("channels");
  const may = useMay();
  const client = useQueryClient();
  const [more, setMore] = useState<number | null>(100);
  const making = useMutation({
    mutationFn: () => answered(api.POST("/api/v1/channels/codes/{code_id}/cards", { params: { path: { code_id: code.id } }, body: { up_to: lastNumber(code.cards, more) } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ["channels", "codes"] }),
  });
  if (!may("channels.manage")) return null;
  const base = `/api/v1/channels/codes/${code.id}/cards`;
  return (
    <div>
      <ErrorNote error={making.error} />
      <Flex gap="small" wrap align="center">
        {code.archived_at === null && (
          <>
            <InputNumber aria-label={t("cards.more")} min={1} max={Math.max(1, Math.min(10_000, MOST_CARDS - code.cards))} precision={0} value={more} onChange={setMore} suffix={t("cards.unit")} style={{ width: 140 }} />
            <Button type="primary" loading={making.isPending} disabled={!more || code.cards >= MOST_CARDS} onClick={() => making.mutate()}>
              {t("cards.make")}
            </Button>
          </>
        )}
        {code.cards > 0 && (
          <>
            <Button icon={<DownloadOutlined />} href={`${base}.csv`}>
              {t("cards.csv")}
            </Button>
            <Button icon={<DownloadOutlined />} href={`${base}.zip`} disabled={code.cards_open === 0}>
              {t("cards.zip")}
            </Button>
          </>
        )}
      </Flex>
    </div>
  );
}
