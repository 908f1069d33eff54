import { answered, api } from "@siyu/api";
import { Count, dayBounds, Loaded, Money, Page, Share, useBrand, useFormat, useInAddress } from "@siyu/kit";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { DatePicker, Flex } from "antd";
import dayjs from "dayjs";
import { useTranslation } from "react-i18next";

import { Cards } from "../parts/Cards";
import { REWARDS, useRewardRules, type Economy } from "../rewards";
import { Cohorts } from "./Cohorts";
import { Weeks } from "./Weeks";
import { Worth } from "./Worth";

/** A burn rate below is a shop that nobody likes, or points that come too easily; above, the liability melts away. */
const BURN_NORMAL = [0.3, 0.8] as const;

/** How the points economy stands: what came out, what came back, what is owed. */
export function EconomyPage() {
  const { t } = useTranslation("rewards");
  const { zone } = useBrand();
  const [from, setFrom] = useInAddress("at_from");
  const [until, setUntil] = useInAddress("at_until");
  const days = dayBounds({ ...(from && { at_from: from }), ...(until && { at_until: until }) }, "at", zone);
  const query = useQuery({
    queryKey: [...REWARDS, "economy", days.from, days.before],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => answered(api.GET("/api/v1/rewards/economy", { signal, params: { query: { since: days.from, until: days.before } } })),
  });
  const choose = (
    <DatePicker.RangePicker
      aria-label={t("economy.span")}
      placeholder={[t("economy.begin"), t("economy.now")]}
      allowEmpty
      value={[from ? dayjs(from) : null, until ? dayjs(until) : null]}
      onChange={(range) => {
        setFrom(range?.[0]?.format("YYYY-MM-DD") ?? null);
        setUntil(range?.[1]?.format("YYYY-MM-DD") ?? null);
      }}
    />
  );
  return (
    <Page title={t("economy.title")} what={t("economy.what")} actions={choose}>
      <Flex vertical gap="middle">
        <Loaded query={query}>
          {(economy) => (
            <>
              <Figures economy={economy} />
              <Weeks weeks={economy.weeks} />
              <Cohorts cohorts={economy.cohorts} />
            </>
          )}
        </Loaded>
        <Worth />
      </Flex>
    </Page>
  );
}

function Figures({ economy: one }: { economy: Economy }) {
  const { t } = useTranslation("rewards");
  const { money } = useFormat();
  const rules = useRewardRules().data?.rules;
  const burn = one.burn_bp === null ? null : one.burn_bp / 10_000;
  const expired = one.issued > 0 ? one.expired / one.issued : null;
  // Of a hundred points: one is often worth less than a fen.
  const worth = (fen: number, points: number): string => (points > 0 ? money(Math.round((fen * 100) / points)) : "—");
  return (
    <Cards
      cards={[
        { label: t("economy.issued"), value: <Count value={one.issued} short />, what: t("economy.issuedWhat") },
        { label: t("economy.spent"), value: <Count value={one.spent} short />, what: t("economy.spentWhat") },
        { label: t("economy.expired"), value: <Count value={one.expired} short />, what: t("economy.expiredWhat"), normal: t("economy.expiredNormal"), alarming: expired !== null && expired > 0.2 },
        { label: t("economy.burn"), value: <Share value={burn} />, what: t("economy.burnWhat"), normal: t("economy.burnNormal"), alarming: burn !== null && burn > BURN_NORMAL[1] },
        { label: t("economy.liability"), value: <Count value={one.liability} short />, what: t("economy.liabilityWhat") },
        { label: t("economy.liabilityFen"), value: <Money fen={one.liability_fen} short />, what: t("economy.liabilityFenWhat") },
        { label: t("economy.owed"), value: <Count value={one.owed} short />, what: t("economy.owedWhat"), normal: t("economy.owedNormal"), alarming: one.owed > one.liability * 0.01 },
        { label: t("economy.worth"), value: rules ? worth(rules.fen, rules.points) : "—", what: t("economy.worthWhat") },
        { label: t("economy.paid"), value: worth(one.redeemed_cost_fen, one.redeemed_points), what: t("economy.paidWhat"), normal: t("economy.paidNormal") },
      ]}
    />
  );
}
