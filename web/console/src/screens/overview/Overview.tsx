import { answered, api } from "@siyu/api";
import { Loaded, Page, useLanguage, When } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";
import { Col, Flex, Row, Segmented, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { useMay } from "../../app/session";
import { oneOf, useAddress } from "../insight/people/address";
import { LedgerAlarm } from "../members/ledger/LedgerAlarm";
import { Assets } from "./Assets";
import { Board } from "./Board";
import { Channels } from "./Channels";
import type { Overview as Shown } from "./figures";
import { FigurePeople } from "./FigurePeople";
import { Flows } from "./Flows";
import { Ladder } from "./Ladder";
import { Live } from "./Live";
import { NorthStar } from "./NorthStar";
import { SystemLine } from "./SystemLine";

const DAYS = ["30", "7", "90"] as const;
const IN_ORDER = ["7", "30", "90"] as const;

/** Who the customers are, what they are worth, how they stay, and whether the system is well. */
export function Overview() {
  const { t } = useTranslation("overview");
  const { search, change } = useAddress();
  const days = oneOf(search.get("days"), DAYS);
  const query = useQuery({
    queryKey: ["overview", days],
    refetchInterval: 60_000,
    queryFn: ({ signal }) => answered(api.GET("/api/v1/overview", { signal, params: { query: { days: Number(days) } } })),
  });
  return (
    <Page
      title={t("title")}
      what={t("what")}
      actions={
        <Segmented
          aria-label={t("period")}
          value={days}
          options={IN_ORDER.map((value) => ({ value, label: t("lastDays", { days: value }) }))}
          onChange={(value) => change({ days: value === "30" ? null : value })}
        />
      }
    >
      <Flex vertical gap="middle">
        <SystemLine />
        <LedgerAlarm />
        <Loaded query={query}>{({ overview, made_at }) => <Everything overview={overview} madeAt={made_at} />}</Loaded>
      </Flex>
    </Page>
  );
}

function Everything({ overview, madeAt }: { overview: Shown; madeAt: string }) {
  const { t } = useTranslation("overview");
  const language = useLanguage();
  const may = useMay();
  const live = may("customers.read");
  return (
    <>
      <NorthStar star={overview.north_star} />
      <Board board={overview.rarra} days={overview.days} />
      <Assets assets={overview.assets} />
      <Channels counts={overview.assets.people_by_channels} />
      <Row gutter={[16, 16]}>
        <Col xs={24} xl={10}>
          <Ladder layers={overview.ladder} />
        </Col>
        <Col xs={24} xl={14}>
          <Flows flows={overview.flows} layers={overview.ladder} days={overview.flow_days} />
        </Col>
      </Row>
      {live && <Live />}
      <Typography.Text type="secondary" lang={language}>
        {t("madeAt")} <When at={madeAt} precision="second" />
      </Typography.Text>
      {live && <FigurePeople overview={overview} />}
    </>
  );
}
