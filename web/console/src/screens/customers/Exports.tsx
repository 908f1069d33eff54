import { DownloadOutlined } from "@ant-design/icons";
import { answered, api, type Schema } from "@siyu/api";
import { DetailDrawer, Empty, ErrorNote, Loaded, useBrand, useFormat, useInAddress, useLanguage, type Filter } from "@siyu/kit";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Checkbox, Flex, Tag, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";

import { useLadder } from "../../app/ladder";
import { useMay } from "../../app/session";
import { useActorName } from "../imports/names";
import { wantedOf } from "./listing";

type Export = Schema<"ExportRead">;
type Column = NonNullable<Schema<"ExportAsked">["columns"]>[number];

const COLUMNS: readonly Column[] = [
  "customer_id",
  "name",
  "phone",
  "email",
  "layer",
  "orders",
  "net_yuan",
  "first_order_at",
  "last_order_at",
  "first_seen_at",
  "last_seen_at",
  "known_since",
  "platforms",
  "tags",
  "relations",
];
const USUAL: readonly Column[] = ["customer_id", "name", "phone", "layer", "orders", "net_yuan", "last_order_at", "tags"];
const POLL_MS = 2000;

/** Exports of the list: ask for one with the filters of the address, and fetch what is done. */
export function Exports({ filters }: { filters: readonly Filter[] }) {
  const { t } = useTranslation("customers");
  const [open, setOpen] = useInAddress("exports");
  return (
    <>
      <Button icon={<DownloadOutlined />} onClick={() => setOpen("open")}>
        {t("exports.action")}
      </Button>
      <DetailDrawer open={open !== null} title={t("exports.title")} width={560} onClose={() => setOpen(null)}>
        <Flex vertical gap="large">
          <Asking filters={filters} />
          <Latest />
        </Flex>
      </DetailDrawer>
    </>
  );
}

/** What the address says for these filters. */
export function valuesOf(search: URLSearchParams, filters: readonly Filter[]): Record<string, string> {
  const names = filters.flatMap((filter) => (filter.kind === "dates" ? [`${filter.key}_from`, `${filter.key}_until`] : [filter.key]));
  return Object.fromEntries(names.flatMap((name) => (search.get(name) ? [[name, search.get(name) ?? ""]] : [])));
}

function Asking({ filters }: { filters: readonly Filter[] }) {
  const { t } = useTranslation("customers");
  const { zone } = useBrand();
  const { message } = App.useApp();
  const may = useMay();
  const client = useQueryClient();
  const [search] = useSearchParams();
  const ladder = useLadder();
  const [columns, setColumns] = useState<readonly Column[]>(USUAL);
  const [reveal, setReveal] = useState(false);
  const asking = useMutation({
    mutationFn: () => {
      const wanted = wantedOf(valuesOf(search, filters), zone, ladder.map((rung) => rung.layer));
      return answered(api.POST("/api/v1/customers/exports", { body: { wanted, columns: COLUMNS.filter((column) => columns.includes(column)), reveal } }));
    },
    onSuccess: () => {
      void message.success(t("exports.started"));
      return client.invalidateQueries({ queryKey: ["exports"] });
    },
  });
  return (
    <Flex vertical gap="middle">
      <Typography.Text>{t("exports.what")}</Typography.Text>
      <fieldset style={{ border: 0, margin: 0, padding: 0 }}>
        <legend style={{ padding: 0, marginBottom: 8, fontSize: 14, border: 0 }}>{t("exports.columns")}</legend>
        <Checkbox.Group<Column>
          value={[...columns]}
          onChange={setColumns}
          options={COLUMNS.map((value) => ({ value, label: t(`exports.column.${value}`) }))}
        />
      </fieldset>
      <div>
        <Checkbox checked={reveal} disabled={!may("personal.reveal")} onChange={(event) => setReveal(event.target.checked)}>
          {t("exports.reveal")}
        </Checkbox>
        <div>
          <Typography.Text type="secondary">{t("exports.revealWhat")}</Typography.Text>
        </div>
      </div>
      <ErrorNote error={asking.error} />
      <Button type="primary" style={{ alignSelf: "flex-start" }} disabled={columns.length === 0} loading={asking.isPending} onClick={() => asking.mutate()}>
        {t("exports.start")}
      </Button>
    </Flex>
  );
}

function Latest() {
  const { t } = useTranslation("customers");
  const query = useQuery({
    queryKey: ["exports"],
    queryFn: ({ signal }) => answered(api.GET("/api/v1/customers/exports", { signal, params: { query: { limit: 20 } } })),
    refetchInterval: ({ state }) => (state.data?.some((one: Export) => one.state === "waiting" || one.state === "running") ? POLL_MS : false),
  });
  return (
    <section aria-live="polite">
      <Typography.Title level={2} style={{ fontSize: 15 }}>
        {t("exports.list")}
      </Typography.Title>
      <Loaded query={query}>
        {(found) =>
          found.length === 0 ? (
            <Empty title={t("exports.none")} />
          ) : (
            <Flex vertical gap="middle" component="ul" style={{ listStyle: "none", margin: 0, padding: 0 }}>
              {found.map((one) => (
                <One key={one.id} made={one} />
              ))}
            </Flex>
          )
        }
      </Loaded>
    </section>
  );
}

function One({ made }: { made: Export }) {
  const { t } = useTranslation("customers");
  const { when, bytes } = useFormat();
  const language = useLanguage();
  const may = useMay();
  const actorName = useActorName();
  const problem = made.error?.[language === "zh" ? "message_zh" : "message"];
  return (
    <li>
      <Flex gap="small" align="center" wrap>
        <Tag>{t(`exports.state.${made.state}`)}</Tag>
        {made.reveal && <Tag>{t("exports.clear")}</Tag>}
        <span>
          {t("exports.rows", { count: made.rows })} · {bytes(made.bytes)}
        </span>
        {made.state === "done" && (
          <Button
            size="small"
            icon={<DownloadOutlined />}
            disabled={made.reveal && !may("personal.reveal")}
            aria-label={t("exports.downloadOne", { id: String(made.id) })}
            href={`/api/v1/customers/exports/${made.id}/file`}
          >
            {t("exports.download")}
          </Button>
        )}
      </Flex>
      <Typography.Text type="secondary">
        {t("exports.by", { who: actorName(made.made_by), at: when(made.made_at) })}
        {made.state === "done" && made.expires_at && ` · ${t("exports.until", { at: when(made.expires_at, "day") })}`}
      </Typography.Text>
      {made.state === "failed" && typeof problem === "string" && (
        <div>
          <Typography.Text type="danger">{problem}</Typography.Text>
        </div>
      )}
    </li>
  );
}
