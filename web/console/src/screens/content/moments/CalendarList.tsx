import { PlusOutlined } from "@ant-design/icons";
import { answered, api } from "@siyu/api";
import { DataTable, DetailDrawer, Empty, ErrorNote, Page, useInAddress, When, type Column } from "@siyu/kit";
import { useMutation } from "@tanstack/react-query";
import { Button, Flex, Form, Input, Tag } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { useMay } from "../../../app/session";
import { paged } from "../../channels/staff/listing";
import { CONTENT, useContentAgain, type Calendar, type Plan } from "../content";
import { PlanForm, wholePlan } from "./PlanForm";

/** Calendars of Moments. */
export function CalendarList() {
  const { t } = useTranslation("content");
  const may = useMay();
  const [making, make] = useInAddress("new");
  const columns: Column<Calendar>[] = [
    { key: "name", title: t("column.name"), render: (row) => row.name },
    {
      key: "phases",
      title: t("moments.phases"),
      render: (row) => (
        <Flex gap={4} wrap>
          {row.plan.phases.map((phase) => (
            <Tag key={phase.first} style={{ margin: 0 }}>
              {t(`phase.${phase.kind}`)} {phase.first} – {phase.last}
            </Tag>
          ))}
        </Flex>
      ),
    },
    { key: "updated_at", title: t("column.updated"), render: (row) => <When at={row.updated_at} ago /> },
  ];
  const add = may("content.manage") && (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => make("1")}>
      {t("moments.new")}
    </Button>
  );
  return (
    <Page title={t("moments.title")} what={t("moments.what")}>
      <DataTable<Calendar>
        name="moments"
        title={t("moments.title")}
        columns={columns}
        rowKey={(row) => row.id}
        queryKey={[...CONTENT, "calendars"]}
        href={(row) => `/content/moments/${row.id}`}
        actions={add}
        empty={<Empty title={t("moments.none")} />}
        load={async ({ cursor, limit }, signal) => paged(await answered(api.GET("/api/v1/content/calendars", { signal })), cursor, limit)}
      />
      <DetailDrawer open={making !== null} title={t("moments.new")} width={640} onClose={() => make(null)}>
        <Making />
      </DetailDrawer>
    </Page>
  );
}

function Making() {
  const { t } = useTranslation("content");
  const navigate = useNavigate();
  const again = useContentAgain();
  const [name, setName] = useState("");
  const [plan, setPlan] = useState<Plan>({ phases: [], tolerance: 10 });
  const making = useMutation({
    mutationFn: () => answered(api.POST("/api/v1/content/calendars", { body: { name, plan } })),
    onSuccess: async (made) => {
      await again();
      await navigate(`/content/moments/${made.id}?month=${made.plan.phases[0]?.first.slice(0, 7) ?? ""}`);
    },
  });
  return (
    <Form layout="vertical" component="div">
      <Form.Item label={t("column.name")} required>
        <Input aria-label={t("column.name")} value={name} maxLength={100} onChange={(event) => setName(event.target.value)} />
      </Form.Item>
      <PlanForm plan={plan} onChange={setPlan} />
      <ErrorNote error={making.error} />
      <Button type="primary" disabled={!name.trim() || !wholePlan(plan)} loading={making.isPending} onClick={() => making.mutate()}>
        {t("save")}
      </Button>
    </Form>
  );
}
