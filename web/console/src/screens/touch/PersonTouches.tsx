import { answered, api, type Schema } from "@siyu/api";
import { Empty, Loaded, When } from "@siyu/kit";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Card, Flex, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { useMay } from "../../app/session";
import { useNames } from "../customers/names";
import { usePersonHere } from "../customers/person";
import { Complained } from "./Complained";
import { Decisions } from "./TouchDetail";
import { TestSend } from "./TestSend";
import { TouchState } from "./TouchState";
import { useWhy } from "./Touches";
import { WithReason } from "./WithReason";
import { useProgrammeName, useWayName, type Touch } from "./words";

type Of = Schema<"PersonRead">;

/** Every touch of a customer with its reasons, what is planned next, and whether they are left alone. */
export function PersonTouches() {
  const { t } = useTranslation("touch");
  const { customer_id: id } = usePersonHere();
  const may = useMay();
  const query = useInfiniteQuery({
    queryKey: ["touch", "customer", id],
    enabled: may("touch.read"),
    initialPageParam: undefined as number | undefined,
    queryFn: ({ pageParam, signal }) => answered(api.GET("/api/v1/touch/customers/{customer_id}", { signal, params: { path: { customer_id: id }, query: { before: pageParam } } })),
    getNextPageParam: (page) => page.next_before ?? undefined,
  });
  if (!may("touch.read"))
    return (
      <>
        <Complained customerId={id} />
        <Empty title={t("person.notAllowed")} />
      </>
    );
  return (
    <Loaded query={query}>
      {({ pages }) => {
        const [first] = pages;
        if (!first) return null;
        const past = pages.flatMap((page) => page.touches).filter((one) => one.state !== "waiting");
        return (
          <Flex vertical gap="middle">
            <Standing person={first} />
            <Section title={t("person.planned")} touches={first.planned} empty={t("person.nothingPlanned")} />
            <Section title={t("person.past")} touches={past} empty={t("person.nothing")} />
            {query.hasNextPage && (
              <Button style={{ alignSelf: "flex-start" }} loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                {t("person.more")}
              </Button>
            )}
          </Flex>
        );
      }}
    </Loaded>
  );
}

function Standing({ person }: { person: Of }) {
  const { t } = useTranslation("touch");
  const may = useMay();
  const client = useQueryClient();
  const until = person.left_alone_until;
  const forEver = until?.startsWith("9999") === true;
  const change = async (body: Schema<"LeftAlone">): Promise<void> => {
    await answered(api.PUT("/api/v1/touch/customers/{customer_id}/left_alone", { params: { path: { customer_id: person.customer_id } }, body }));
    await client.invalidateQueries({ queryKey: ["touch"] });
  };
  return (
    <Flex vertical gap="small">
      {until && (
        <Alert
          type="warning"
          showIcon
          title={
            <>
              {forEver ? t("alone.forEver") : t("alone.until")} {!forEver && <When at={until} />}
            </>
          }
          description={person.left_alone_because}
        />
      )}
      <Flex gap="small" wrap>
        {may("touch.manage") && (
          <>
            <TestSend customerId={person.customer_id} />
            {until ? (
              <WithReason label={t("alone.end")} title={t("alone.endTitle")} onDone={(reason) => change({ for_ever: false, reason })}>
                {t("alone.endWhat")}
              </WithReason>
            ) : (
              <WithReason danger label={t("alone.begin")} title={t("alone.beginTitle")} onDone={(reason) => change({ for_ever: true, reason })}>
                {t("alone.beginWhat")}
              </WithReason>
            )}
          </>
        )}
        <Complained customerId={person.customer_id} />
      </Flex>
    </Flex>
  );
}

function Section({ title, touches, empty }: { title: string; touches: readonly Touch[]; empty: string }) {
  return (
    <section aria-label={title}>
      <Typography.Title level={2} style={{ fontSize: 16 }}>
        {title}
      </Typography.Title>
      {touches.length === 0 ? <Typography.Text type="secondary">{empty}</Typography.Text> : <Flex vertical gap="small">{touches.map((touch) => <One key={touch.id} touch={touch} />)}</Flex>}
    </section>
  );
}

function One({ touch }: { touch: Touch }) {
  const { t } = useTranslation("touch");
  const names = useNames();
  const programme = useProgrammeName();
  const way = useWayName();
  const why = useWhy();
  const [wish] = touch.wishes;
  return (
    <Card size="small">
      <Flex gap="small" align="center" wrap>
        <TouchState state={touch.state} />
        <Typography.Text strong>{programme(touch.programme_id)}</Typography.Text>
        <span>{names.purpose(touch.purpose)}</span>
        <span>{way(touch.account_id ?? wish?.account_id ?? null, touch.way || (wish?.way ?? ""))}</span>
        <When at={touch.proposed_at} />
        {touch.due_at && (
          <span>
            {t("person.due")} <When at={touch.due_at} />
          </span>
        )}
        <Complained customerId={touch.customer_id} touch={touch} />
      </Flex>
      <Typography.Paragraph style={{ margin: "6px 0 0" }}>{why(touch)}</Typography.Paragraph>
      <details style={{ marginTop: 4 }}>
        <summary style={{ cursor: "pointer" }}>{t("person.decisions", { count: touch.decisions.length })}</summary>
        <div style={{ marginTop: 12 }}>
          <Decisions decisions={touch.decisions} />
        </div>
      </details>
    </Card>
  );
}
