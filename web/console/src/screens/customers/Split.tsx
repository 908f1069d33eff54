import { ArrowLeftOutlined } from "@ant-design/icons";
import { answered, api } from "@siyu/api";
import { Empty, Identifier, Loaded, Page, useInAddress, When } from "@siyu/kit";
import { useQueryClient } from "@tanstack/react-query";
import { App, Button, Col, Row, Table, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";

import { Deciding } from "./Deciding";
import type { Known } from "./links";
import { useCalled } from "./names";
import { isKnown, useCustomerId, usePerson, type Person } from "./person";
import { SplitPreview } from "./SplitPreview";

/** Give some identifiers of a customer to a new one: choose, see what moves, confirm. */
export function Split() {
  const query = usePerson(useCustomerId());
  return <Loaded query={query}>{(person) => <Splitting person={person} />}</Loaded>;
}

function Splitting({ person }: { person: Person }) {
  const { t } = useTranslation("review");
  const called = useCalled();
  const { message } = App.useApp();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [text, setText] = useInAddress("leaving");
  const [open, setOpen] = useState(false);
  const own = new Set(person.identifiers.map((one) => one.id));
  const leaving = (text ?? "").split(",").map(Number).filter((id) => own.has(id));
  const name = called(person.profile.personal, isKnown(person));
  const ready = leaving.length > 0 && leaving.length < own.size;
  const split = async (reason: string): Promise<void> => {
    const path = { customer_id: person.customer_id };
    const made = await answered(
      api.POST("/api/v1/customers/{customer_id}/split", { params: { path }, body: { identifier_ids: leaving, reason } }),
    );
    void message.success(t("split.done", { id: String(made.customer_id) }));
    // Nothing of this page asks again: its preview is of identifiers that are somebody else's now.
    await client.invalidateQueries({ queryKey: ["customers"], refetchType: "none" });
    await navigate(`/customers/${made.customer_id}`);
  };
  const above = (
    <div style={{ marginBottom: 8 }}>
      <Link to={`/customers/${person.customer_id}`}>
        <ArrowLeftOutlined /> {name}
      </Link>
    </div>
  );
  const actions = (
    <Button type="primary" danger disabled={!ready} onClick={() => setOpen(true)}>
      {t("split.confirm")}
    </Button>
  );
  return (
    <Page title={t("split.title")} what={t("split.what", { name })} above={above} actions={actions}>
      {own.size < 2 ? (
        <Empty title={t("split.one")} />
      ) : (
        <Row gutter={[24, 24]}>
          <Col xs={24} xl={13}>
            <Choosing identifiers={person.identifiers} leaving={leaving} onChange={(ids) => setText(ids.join(",") || null, true)} />
          </Col>
          <Col xs={24} xl={11}>
            {leaving.length === own.size ? (
              <Empty title={t("split.all")} />
            ) : ready ? (
              <SplitPreview customerId={person.customer_id} leaving={leaving} />
            ) : (
              <Empty title={t("split.choose")} />
            )}
          </Col>
        </Row>
      )}
      <Deciding
        open={open}
        danger
        title={t("split.confirmTitle")}
        what={t("split.confirmWhat", { count: leaving.length })}
        okText={t("split.confirm")}
        onDecide={split}
        onClose={() => setOpen(false)}
      />
    </Page>
  );
}

function Choosing({ identifiers, leaving, onChange }: { identifiers: readonly Known[]; leaving: number[]; onChange: (ids: number[]) => void }) {
  const { t } = useTranslation("review");
  return (
    <>
      <Typography.Title level={2} style={{ fontSize: 15 }}>
        {t("split.choose")} · {t("split.chosen", { count: leaving.length })}
      </Typography.Title>
      <Table<Known>
        aria-label={t("split.choose")}
        size="small"
        pagination={identifiers.length > 50 && { pageSize: 50 }}
        rowKey="id"
        dataSource={[...identifiers]}
        rowSelection={{
          selectedRowKeys: leaving,
          preserveSelectedRowKeys: true,
          onChange: (keys) => onChange(keys.map(Number)),
          getCheckboxProps: (one) => ({ "aria-label": `${one.type} ${one.value}` }),
        }}
        columns={[
          { key: "value", title: t("graph.value"), render: (_, one) => <Identifier type={one.type} value={one.value} scope={one.scope} copyable={false} /> },
          { key: "last", title: t("graph.last"), render: (_, one) => <When at={one.last_seen} precision="day" /> },
        ]}
      />
    </>
  );
}
