import { ArrowLeftOutlined } from "@ant-design/icons";
import { answered, api, type Schema } from "@siyu/api";
import { Empty, Loaded, Money, Page, useInAddress, When } from "@siyu/kit";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Flex, Input, Table, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";

import { Compare } from "./Compare";
import { Deciding } from "./Deciding";
import { useCalled, useNames } from "./names";
import { isKnown, useCustomerId, usePerson, type Person } from "./person";

/** Make two customers one: find the other, look at both, then confirm. */
export function MergeWith() {
  const query = usePerson(useCustomerId());
  return <Loaded query={query}>{(person) => <Merging person={person} />}</Loaded>;
}

function Merging({ person }: { person: Person }) {
  const { t } = useTranslation("review");
  const called = useCalled();
  const { message } = App.useApp();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [chosen, choose] = useInAddress("with");
  const [open, setOpen] = useState(false);
  const other = Number(chosen);
  const name = called(person.profile.personal, isKnown(person));
  const ready = chosen !== null && Number.isSafeInteger(other) && other !== person.customer_id;
  const merge = async (reason: string): Promise<void> => {
    const body = { customer_id: person.customer_id, other_id: other, reason };
    const kept = await answered(api.POST("/api/v1/customers/merge", { body }));
    await client.invalidateQueries({ queryKey: ["customers"] });
    void message.success(t("mergeWith.done", { id: String(kept.customer_id) }));
    void navigate(`/customers/${kept.customer_id}`);
  };
  const actions = ready && (
    <>
      <Button onClick={() => choose(null)}>{t("mergeWith.again")}</Button>
      <Button type="primary" onClick={() => setOpen(true)}>
        {t("mergeWith.confirm")}
      </Button>
    </>
  );
  const above = (
    <div style={{ marginBottom: 8 }}>
      <Link to={`/customers/${person.customer_id}`}>
        <ArrowLeftOutlined /> {name}
      </Link>
    </div>
  );
  return (
    <Page title={t("mergeWith.title")} what={ready ? t("mergeWhat") : t("mergeWith.step", { name })} above={above} actions={actions}>
      {ready ? <Compare one={person.customer_id} other={other} /> : <Finding not={person.customer_id} onChoose={(id) => choose(String(id))} />}
      <Deciding open={open} title={t("mergeTitle")} what={t("mergeWhat")} okText={t("mergeWith.confirm")} onDecide={merge} onClose={() => setOpen(false)} />
    </Page>
  );
}

type Row = Schema<"CustomerRow">;

function Finding({ not, onChoose }: { not: number; onChoose: (id: number) => void }) {
  const { t } = useTranslation("review");
  const words = useTranslation("customers").t;
  const names = useNames();
  const called = useCalled();
  const [asked, setAsked] = useInAddress("q");
  const query = useQuery({
    queryKey: ["customers", "finding", asked],
    enabled: Boolean(asked),
    queryFn: ({ signal }) => answered(api.GET("/api/v1/customers", { signal, params: { query: { q: asked ?? "", limit: 20 } } })),
  });
  return (
    <Flex vertical gap="middle" role="search" aria-label={t("mergeWith.find")}>
      <Input.Search
        key={asked}
        defaultValue={asked ?? ""}
        allowClear
        enterButton
        aria-label={t("mergeWith.find")}
        placeholder={t("mergeWith.hint")}
        style={{ maxWidth: 520 }}
        onSearch={(text) => setAsked(text.trim() || null, true)}
      />
      {asked && (
        <Loaded query={query}>
          {(page) => {
            const others = page.customers.filter((row) => row.customer_id !== not);
            if (others.length === 0) return <Empty title={t("mergeWith.none")} />;
            return (
              <Table<Row>
                aria-label={t("mergeWith.find")}
                size="small"
                pagination={false}
                scroll={{ x: "max-content" }}
                rowKey="customer_id"
                dataSource={others}
                columns={[
                  { key: "name", title: words("column.name"), render: (_, row) => <Typography.Text strong>{called(row.personal, row.known_since !== null)}</Typography.Text> },
                  { key: "phone", title: words("column.phone"), render: (_, row) => row.personal["phone"] ?? "—" },
                  { key: "layer", title: words("column.layer"), render: (_, row) => names.layer(row.layer) },
                  { key: "value", title: words("column.value"), align: "right", render: (_, row) => <Money fen={row.net_fen} /> },
                  { key: "seen", title: words("column.lastSeen"), render: (_, row) => <When at={row.last_seen_at} ago /> },
                  { key: "number", title: words("column.number"), align: "right", render: (_, row) => row.customer_id },
                  { key: "do", title: "", render: (_, row) => <Button onClick={() => onChoose(row.customer_id)}>{t("mergeWith.choose")}</Button> },
                ]}
              />
            );
          }}
        </Loaded>
      )}
    </Flex>
  );
}
