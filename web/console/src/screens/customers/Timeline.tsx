import { answered, api, type Schema } from "@siyu/api";
import { dayBounds, Empty, ErrorState, Loading, useBrand, useFormat, useInAddress } from "@siyu/kit";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, DatePicker, Flex, Select, Typography } from "antd";
import dayjs from "dayjs";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";

import { Fact } from "./Fact";
import { useNames } from "./names";
import { useCustomerId } from "./person";
import { KINDS, type Entry } from "./sentence";

const PAGE = 50;

/** What happened to a customer, newest first, by day. */
export function Timeline() {
  const { t } = useTranslation("customers");
  const id = useCustomerId();
  const { zone } = useBrand();
  const [search] = useSearchParams();
  const kinds = search.get("kind")?.split(",").filter(Boolean) ?? [];
  const days = { at_from: search.get("from") ?? "", at_until: search.get("until") ?? "" };
  const bounds = dayBounds(days, "at", zone);
  const found = useInfiniteQuery({
    queryKey: ["customers", id, "timeline", kinds, bounds],
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page: Schema<"TimelinePage">) => page.next ?? undefined,
    queryFn: ({ pageParam, signal }) =>
      answered(
        api.GET("/api/v1/customers/{customer_id}/timeline", {
          signal,
          params: {
            path: { customer_id: id },
            query: { kind: kinds.length ? kinds : undefined, since: bounds.from || undefined, until: bounds.before || undefined, cursor: pageParam, limit: PAGE },
          },
        }),
      ),
  });
  const entries = found.data?.pages.flatMap((page) => page.entries) ?? [];
  const filtered = kinds.length > 0 || Boolean(bounds.from ?? bounds.before);
  return (
    <Flex vertical gap="middle">
      <TimelineFilters />
      {found.isPending ? (
        <Loading />
      ) : found.error && entries.length === 0 ? (
        <ErrorState error={found.error} onRetry={() => void found.refetch()} />
      ) : entries.length === 0 ? (
        <Empty title={t(filtered ? "timeline.noneFiltered" : "timeline.none")} />
      ) : (
        <Days entries={entries} />
      )}
      {found.hasNextPage ? (
        <Button loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()} style={{ alignSelf: "center" }}>
          {t("timeline.more")}
        </Button>
      ) : (
        entries.length > 0 && (
          <Typography.Text type="secondary" style={{ alignSelf: "center" }}>
            {t("timeline.end")}
          </Typography.Text>
        )
      )}
    </Flex>
  );
}

function Days({ entries }: { entries: readonly Entry[] }) {
  const { when } = useFormat();
  const days = new Map<string, Entry[]>();
  for (const entry of entries) {
    const day = when(entry.occurred_at, "day");
    days.set(day, [...(days.get(day) ?? []), entry]);
  }
  return [...days].map(([day, facts]) => (
    <section key={day} aria-label={day}>
      <Typography.Title level={2} style={{ fontSize: 15, margin: "0 0 8px" }}>
        {day}
      </Typography.Title>
      <ol style={{ listStyle: "none", margin: 0, padding: 0 }}>
        {facts.map((entry) => (
          <Fact key={entry.fact_id} entry={entry} />
        ))}
      </ol>
    </section>
  ));
}

function TimelineFilters() {
  const { t } = useTranslation("customers");
  const names = useNames();
  const [search, setSearch] = useSearchParams();
  const [kind, setKind] = useInAddress("kind");
  const groups = Object.entries(KINDS) as [keyof typeof KINDS, readonly string[]][];
  const day = (name: string) => (search.get(name) ? dayjs(search.get(name)) : null);
  const setDays = (from: string | undefined, until: string | undefined): void =>
    setSearch((old) => {
      const next = new URLSearchParams(old);
      for (const [name, value] of [["from", from], ["until", until]] as const) {
        if (value) next.set(name, value);
        else next.delete(name);
      }
      return next;
    });
  return (
    <Flex gap="small" wrap role="search" aria-label={t("tab.timeline")}>
      <Select
        mode="multiple"
        allowClear
        aria-label={t("timeline.kind")}
        placeholder={t("timeline.kind")}
        style={{ minWidth: 260 }}
        maxTagCount="responsive"
        value={kind?.split(",") ?? []}
        optionFilterProp="label"
        options={groups.map(([group, kinds]) => ({ label: t(`timeline.${group}`), options: kinds.map((value) => ({ value, label: names.kind(value) })) }))}
        onChange={(values) => setKind(values.join(",") || null)}
      />
      <DatePicker.RangePicker
        allowEmpty={[true, true]}
        id={{ start: "timeline-from", end: "timeline-until" }}
        placeholder={[t("timeline.from"), t("timeline.until")]}
        value={[day("from"), day("until")]}
        onChange={(days) => setDays(days?.[0]?.format("YYYY-MM-DD"), days?.[1]?.format("YYYY-MM-DD"))}
      />
      {(kind ?? search.get("from") ?? search.get("until")) && (
        <Button type="link" onClick={() => setSearch({})}>
          {t("timeline.clear")}
        </Button>
      )}
    </Flex>
  );
}
