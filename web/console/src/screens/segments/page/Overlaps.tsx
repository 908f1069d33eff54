import { answered, api } from "@siyu/api";
import { Count, Empty, Loaded, Share, useInAddress } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";
import { Flex, Select, Table, theme, Typography } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useSegments } from "../rule/offers";
import type { Segment } from "../segment";

/** How this segment lies to another one. */
export function Overlaps({ segment }: { segment: Segment }) {
  const { t } = useTranslation("segments");
  const [other, choose] = useInAddress("with");
  const segments = (useSegments().data ?? []).filter((one) => one.id !== segment.id && one.people !== null);
  const chosen = segments.find((one) => String(one.id) === other);
  return (
    <Flex vertical gap="middle">
      <Select<number>
        allowClear
        aria-label={t("overlap.with")}
        placeholder={t("overlap.with")}
        value={chosen?.id}
        options={segments.map(({ id, name }) => ({ value: id, label: name }))}
        showSearch={{ optionFilterProp: "label" }}
        onChange={(id?: number) => choose(id ? String(id) : null)}
        style={{ maxWidth: 420 }}
      />
      {chosen ? <Both one={segment} other={chosen} /> : <Empty title={segments.length === 0 ? t("overlap.none") : t("overlap.choose")} />}
    </Flex>
  );
}

function Both({ one, other }: { one: Segment; other: Segment }) {
  const { t } = useTranslation("segments");
  const { token } = theme.useToken();
  const query = useQuery({
    queryKey: ["segments", one.id, "overlap", other.id],
    queryFn: ({ signal }) => answered(api.GET("/api/v1/segments/{segment_id}/overlap/{other_id}", { signal, params: { path: { segment_id: one.id, other_id: other.id } } })),
  });
  return (
    <Loaded query={query}>
      {(found) => {
        const all = found.both + found.only_one + found.only_other;
        const parts = [
          { key: "one", name: t("sets.onlyIn", { names: one.name }), people: found.only_one, color: token.colorPrimary },
          { key: "both", name: t("overlap.both"), people: found.both, color: token.colorText },
          { key: "other", name: t("sets.onlyIn", { names: other.name }), people: found.only_other, color: token.colorTextQuaternary },
        ];
        return (
          <>
            <div aria-hidden style={{ display: "flex", height: 28, borderRadius: token.borderRadius, overflow: "hidden", background: token.colorFillSecondary }}>
              {all > 0 && parts.map((part) => <div key={part.key} style={{ width: `${(100 * part.people) / all}%`, background: part.color }} />)}
            </div>
            <Table
              aria-label={t("page.overlap")}
              size="small"
              pagination={false}
              dataSource={parts}
              columns={[
                {
                  title: t("sets.part"),
                  render: (_, part) => (
                    <Flex gap="small" align="center">
                      <span aria-hidden style={{ width: 12, height: 12, borderRadius: 2, background: part.color, border: `1px solid ${token.colorBorder}` }} />
                      {part.name}
                    </Flex>
                  ),
                },
                { title: t("column.people"), align: "right", render: (_, part) => <Count value={part.people} /> },
                { title: t("overlap.ofOne", { name: one.name }), align: "right", render: (_, part) => (part.key === "other" ? "—" : <Share value={found.both + found.only_one ? part.people / (found.both + found.only_one) : 0} />) },
                { title: t("overlap.ofOne", { name: other.name }), align: "right", render: (_, part) => (part.key === "one" ? "—" : <Share value={found.both + found.only_other ? part.people / (found.both + found.only_other) : 0} />) },
              ]}
            />
            <Typography.Text>
              <Link to={`/segments/sets?of=${one.id},${other.id}`}>{t("overlap.toSets")}</Link>
            </Typography.Text>
          </>
        );
      }}
    </Loaded>
  );
}
