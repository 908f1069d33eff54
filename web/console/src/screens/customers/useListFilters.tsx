import { FilterOutlined } from "@ant-design/icons";
import type { Filter } from "@siyu/kit";
import { Button } from "antd";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";

import { useLadder } from "../../app/ladder";
import { PLATFORMS, RELATIONS } from "./listing";
import { useNames, useSources } from "./names";

/** The filters of the list: the most used always, the rest when asked for or when the address has them. */
export function useListFilters(): { filters: Filter[]; toggle: ReactNode } {
  const { t } = useTranslation("customers");
  const [search] = useSearchParams();
  const [open, setOpen] = useState(false);
  const { usual, rare } = useAll();
  const filters = [...usual, ...rare.filter((filter) => open || namesOf(filter).some((name) => search.has(name)))];
  const toggle = (
    <Button icon={<FilterOutlined />} aria-expanded={open} onClick={() => setOpen(!open)}>
      {t(open ? "list.less" : "list.more")}
    </Button>
  );
  return { filters, toggle };
}

function namesOf(filter: Filter): string[] {
  return filter.kind === "dates" ? [`${filter.key}_from`, `${filter.key}_until`] : [filter.key];
}

function useAll(): { usual: Filter[]; rare: Filter[] } {
  const { t } = useTranslation("customers");
  const ladder = useLadder();
  const sources = useSources();
  const names = useNames();
  const usual: Filter[] = [
    { kind: "text", key: "q", label: t("list.search"), width: 330 },
    { kind: "choice", key: "layer", label: t("filter.layer"), choices: ladder.map(({ layer }) => ({ value: String(layer), label: names.layer(layer) })) },
    { kind: "choice", key: "platform", label: t("filter.platform"), choices: PLATFORMS.map((value) => ({ value, label: names.platform(value) })) },
    { kind: "text", key: "tag", label: t("filter.tag"), width: 150 },
  ];
  const rare: Filter[] = [
    { kind: "text", key: "shop", label: t("filter.shop"), width: 200 },
    { kind: "choice", key: "relation", label: t("filter.relation"), choices: RELATIONS.map((value) => ({ value, label: names.relation(value) })) },
    { kind: "choice", key: "source_id", label: t("filter.source"), choices: sources.map(({ id, name }) => ({ value: String(id), label: name })) },
    { kind: "text", key: "value_from", label: t("filter.valueFrom"), width: 200 },
    { kind: "text", key: "value_to", label: t("filter.valueTo"), width: 200 },
    { kind: "text", key: "orders_from", label: t("filter.ordersFrom"), width: 180 },
    { kind: "text", key: "orders_to", label: t("filter.ordersTo"), width: 180 },
    { kind: "dates", key: "last_order", label: t("column.lastOrder") },
    { kind: "dates", key: "first_order", label: t("column.firstOrder") },
    { kind: "dates", key: "seen", label: t("column.lastSeen") },
    { kind: "dates", key: "first_seen", label: t("column.firstSeen") },
    { kind: "dates", key: "known", label: t("column.known") },
  ];
  return { usual, rare };
}
