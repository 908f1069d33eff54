import { answered, api } from "@siyu/api";
import { useQuery } from "@tanstack/react-query";
import { Card, Flex, Form, InputNumber, Select } from "antd";
import { useTranslation } from "react-i18next";

import type { Draft } from "./draft";
import { Heading } from "./Roster";

/** Which code the page shows behind this one, and when. */
export function Following({ own }: { own: number | null }) {
  const { t } = useTranslation("channels");
  const next = Form.useWatch<Draft["page_next"] | undefined>("page_next");
  const { data } = useQuery({
    queryKey: ["channels", "codes", "all"],
    staleTime: 60_000,
    queryFn: async ({ signal }) => (await answered(api.GET("/api/v1/channels/codes", { signal, params: { query: { limit: 500 } } }))).codes,
  });
  const others = (data ?? []).filter((one) => one.id !== own).map((one) => ({ value: one.id, label: one.name }));
  return (
    <Card size="small" title={<Heading text={t("form.page")} />}>
      <Flex gap="middle" wrap>
        <Form.Item name="page_next" label={t("form.pageNext")} extra={t("form.pageNextWhat")} style={{ flex: "1 1 320px", marginBottom: 0 }}>
          <Select allowClear showSearch={{ optionFilterProp: "label" }} options={others} />
        </Form.Item>
        {next != null && (
          <Form.Item name="page_most" label={t("form.pageMost")} extra={t("form.pageMostWhat")} style={{ flex: "0 1 280px", marginBottom: 0 }}>
            <InputNumber min={1} max={1_000_000} precision={0} placeholder={t("form.noCap")} style={{ width: 160 }} />
          </Form.Item>
        )}
      </Flex>
    </Card>
  );
}
