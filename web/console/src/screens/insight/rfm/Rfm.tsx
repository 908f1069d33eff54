import { answered, api, type Schema } from "@siyu/api";
import { Empty, Loaded, Page, useLanguage } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";
import { Col, Flex, Form, Row, Segmented, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { oneOf, useAddress } from "../people/address";
import { Bounds } from "./Bounds";
import { Grid } from "./Grid";
import { RfmPeople } from "./RfmPeople";
import { readBounds, sinceOf, SINCES } from "./scores";
import { Segments } from "./Segments";

export type RfmTable = Schema<"RfmTable">;

/** What the address says about the table. */
export function useAsked() {
  const { search } = useAddress();
  const [now] = useState(() => Date.now());
  const window = oneOf(search.get("window"), SINCES);
  return {
    window,
    asked: {
      since: sinceOf(window, now),
      days: readBounds(search.get("days")),
      orders: readBounds(search.get("orders")),
      net: readBounds(search.get("net")),
    },
  };
}

/** Recency, frequency, money: who are the best, who is leaving. */
export function Rfm() {
  const { t } = useTranslation("insight");
  const { change } = useAddress();
  const { window, asked } = useAsked();
  const query = useQuery({
    queryKey: ["insight", "rfm", asked],
    queryFn: ({ signal }) => answered(api.GET("/api/v1/insight/rfm", { signal, params: { query: asked } })),
  });
  return (
    <Page title={t("rfm.title")} what={t("rfm.what")}>
      <Flex vertical gap="middle">
        <Form layout="inline" component="div">
          <Form.Item label={t("rfm.window")}>
            <Segmented
              aria-label={t("rfm.window")}
              value={window}
              options={SINCES.map((value) => ({ value, label: t(`rfm.window_${value}`) }))}
              onChange={(value) => change({ window: value === "all" ? null : value })}
            />
          </Form.Item>
          <Form.Item>
            <Bounds table={query.data} />
          </Form.Item>
        </Form>
        <Loaded query={query}>{(table) => (table.customers === 0 ? <Empty title={t("rfm.none")} /> : <Shown table={table} />)}</Loaded>
      </Flex>
    </Page>
  );
}

function Shown({ table }: { table: RfmTable }) {
  const language = useLanguage();
  return (
    <>
      <Row gutter={[16, 16]}>
        <Col xs={24} xl={12}>
          <Segments table={table} />
        </Col>
        <Col xs={24} xl={12}>
          <Grid table={table} />
        </Col>
      </Row>
      <Typography.Text type="secondary">{language === "zh" ? table.definitions.zh : table.definitions.en}</Typography.Text>
      <RfmPeople table={table} />
    </>
  );
}
