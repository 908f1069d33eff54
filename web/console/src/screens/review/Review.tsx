import { answered, api } from "@siyu/api";
import { Empty, Loaded, Page, useInAddress } from "@siyu/kit";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Col, Flex, Row, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Deciding } from "../customers/Deciding";
import { keyOf, type Waiting } from "../customers/links";
import { Pair } from "./Pair";
import { PairList } from "./PairList";
import { beside, useKeys } from "./keys";

const MOST = 200;
type Verdict = "merge" | "apart";

/** Pairs of which Siyu cannot tell whether they are one person: an operator looks at both and decides. */
export function Review() {
  const { t } = useTranslation("review");
  const query = useQuery({
    queryKey: ["review"],
    queryFn: ({ signal }): Promise<Waiting[]> => answered(api.GET("/api/v1/identity/review", { signal, params: { query: { limit: MOST } } })),
  });
  const count = query.data?.length ?? 0;
  const what = count === 0 ? t("what") : `${t("what")} ${count < MOST ? t("waiting", { count }) : t("atLeast", { count: MOST })}`;
  return (
    <Page title={t("title")} what={what}>
      <Loaded query={query}>
        {(pairs) =>
          pairs.length === 0 ? (
            <Empty title={t("empty")}>
              <Typography.Text type="secondary">{t("emptyWhat")}</Typography.Text>
            </Empty>
          ) : (
            <Waitings pairs={pairs} />
          )
        }
      </Loaded>
    </Page>
  );
}

function Waitings({ pairs }: { pairs: readonly Waiting[] }) {
  const { t } = useTranslation("review");
  const { message } = App.useApp();
  const client = useQueryClient();
  const [key, setKey] = useInAddress("pair");
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const place = Math.max(0, pairs.findIndex((pair) => keyOf(pair) === key));
  const pair = pairs[place];
  const go = (step: 1 | -1): void => setKey(keyOf(beside(pairs, place, step)), true);
  useKeys(verdict === null, { j: () => go(1), k: () => go(-1), m: () => setVerdict("merge"), x: () => setVerdict("apart") });
  if (!pair) return null;
  const decide = async (reason: string): Promise<void> => {
    const same_person = verdict === "merge";
    await answered(api.POST("/api/v1/identity/review", { body: { stronger: pair.stronger, weaker: pair.weaker, same_person, reason } }));
    void message.success(t(same_person ? "merged" : "keptApart"));
    const after = pairs.length > 1 ? keyOf(beside(pairs, place, place === pairs.length - 1 ? -1 : 1)) : null;
    setKey(after, true);
    await Promise.all(["review", "customers"].map((area) => client.invalidateQueries({ queryKey: [area] })));
  };
  const merging = verdict === "merge";
  return (
    <>
      <Row gutter={[24, 16]}>
        <Col xs={24} lg={7}>
          <PairList pairs={pairs} chosen={keyOf(pair)} onChoose={(one) => setKey(keyOf(one))} />
        </Col>
        <Col xs={24} lg={17}>
          <Flex justify="space-between" align="center" gap="small" wrap style={{ marginBottom: 12 }}>
            <Flex gap="small" align="center" wrap>
              <Typography.Title level={2} style={{ fontSize: 16, margin: 0 }}>
                {t("place", { place: String(place + 1), count: pairs.length })}
              </Typography.Title>
              <Button size="small" disabled={place === 0} onClick={() => go(-1)}>
                {t("previous")}
              </Button>
              <Button size="small" disabled={place === pairs.length - 1} onClick={() => go(1)}>
                {t("next")}
              </Button>
            </Flex>
            <Flex gap="small">
              <Button onClick={() => setVerdict("apart")}>{t("apart")} (X)</Button>
              <Button type="primary" onClick={() => setVerdict("merge")}>
                {t("merge")} (M)
              </Button>
            </Flex>
          </Flex>
          <Pair key={keyOf(pair)} pair={pair} />
          <Typography.Paragraph type="secondary" style={{ marginTop: 16 }}>
            {t("keys")}
          </Typography.Paragraph>
        </Col>
      </Row>
      <Deciding
        open={verdict !== null}
        title={t(merging ? "mergeTitle" : "apartTitle")}
        what={t(merging ? "mergeWhat" : "apartWhat")}
        okText={t(merging ? "merge" : "apart")}
        onDecide={decide}
        onClose={() => setVerdict(null)}
      />
    </>
  );
}
