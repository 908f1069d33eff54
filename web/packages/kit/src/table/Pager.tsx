import { Button, Flex, Select, Typography } from "antd";
import { useTranslation } from "react-i18next";
import type { SetURLSearchParams } from "react-router";

import { useFormat } from "../figures";
import { changed, LIMITS } from "./state";
import type { ListPage } from "./types";

interface Props {
  page: ListPage<unknown> | undefined;
  limit: number;
  prefix: string;
  search: URLSearchParams;
  /** Cursors of the pages before; "" is the first. */
  trail: readonly string[];
  go: SetURLSearchParams;
}

/** Forward and back through pages that only know their next one. */
export function Pager({ page, limit, prefix, search, trail, go }: Props) {
  const { t } = useTranslation("kit");
  const { count } = useFormat();
  const name = `${prefix}cursor`;
  const now = search.get(name) ?? "";
  const at = (cursor: string): URLSearchParams => {
    const next = new URLSearchParams(search);
    if (cursor) next.set(name, cursor);
    else next.delete(name);
    return next;
  };
  const next = page?.next;
  return (
    <Flex justify="space-between" align="center" gap="small" wrap>
      <Typography.Text type="secondary" aria-live="polite">
        {page && t("table.shown", { count: page.rows.length })}
        {page?.total != null && ` · ${t("table.total", { total: count(page.total) })}`}
      </Typography.Text>
      <Flex gap="small">
        <Select
          aria-label={t("table.pageSize")}
          value={limit}
          options={LIMITS.map((size) => ({ value: size, label: t("table.perPage", { count: size }) }))}
          onChange={(size) => go(changed(search, { limit: String(size) }, prefix))}
        />
        <Button disabled={!now} onClick={() => go(at(""))}>
          {t("table.first")}
        </Button>
        <Button disabled={!now || trail.length === 0} onClick={() => go(at(trail.at(-1) ?? ""), { state: { trail: trail.slice(0, -1) } })}>
          {t("table.previous")}
        </Button>
        <Button disabled={!next} onClick={() => next && go(at(next), { state: { trail: [...trail, now] } })}>
          {t("table.next")}
        </Button>
      </Flex>
    </Flex>
  );
}
