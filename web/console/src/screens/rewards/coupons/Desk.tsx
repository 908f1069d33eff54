import { answered, api } from "@siyu/api";
import { Empty, Loaded, Opener, Page, useInAddress, When } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";
import { Button, Descriptions, Flex, Input, Segmented, Table } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useMay } from "../../../app/session";
import { Back } from "../parts/Back";
import { Part } from "../parts/Part";
import { Standing } from "../parts/Standing";
import { REWARDS, useTemplate, type Coupon } from "../rewards";
import { Uses } from "./Uses";
import { Using } from "./Using";
import { useCouponWords } from "./words";

const WAYS = ["code", "customer", "order"] as const;
type Way = (typeof WAYS)[number];

/** Staff look a coupon up, see how it stands, and use it on an order; what was used comes back with a refund. */
export function Desk() {
  const { t } = useTranslation("rewards");
  const [by, setBy] = useInAddress("by");
  const [asked, ask] = useInAddress("q");
  const way: Way = WAYS.find((one) => one === by) ?? "code";
  return (
    <Page title={t("desk.title")} what={t("desk.what")} above={<Back to="/members/coupons">{t("coupon.title")}</Back>}>
      <Flex vertical gap="middle">
        <Flex gap="small" wrap>
          <Segmented<Way> aria-label={t("desk.by")} value={way} options={WAYS.map((value) => ({ value, label: t(`desk.${value}`) }))} onChange={(next) => setBy(next)} />
          <Asking key={`${way} ${asked ?? ""}`} way={way} asked={asked ?? ""} onAsk={(words) => ask(words)} />
        </Flex>
        {asked && way === "code" && <OfCode code={asked} />}
        {asked && way === "customer" && <OfCustomer id={Number(asked)} />}
        {asked && way === "order" && <Uses order={asked} />}
      </Flex>
    </Page>
  );
}

function Asking({ way, asked, onAsk }: { way: Way; asked: string; onAsk: (words: string) => void }) {
  const { t } = useTranslation("rewards");
  const [words, setWords] = useState(asked);
  const ready = way === "customer" ? /^[1-9]\d{0,15}$/.test(words.trim()) : words.trim() !== "";
  const go = (): void => {
    if (ready) onAsk(words.trim());
  };
  return (
    <Flex gap="small">
      <Input aria-label={t(`desk.${way}`)} placeholder={t(`desk.${way}What`)} maxLength={way === "code" ? 60 : 100} value={words} onChange={(event) => setWords(event.target.value)} onPressEnter={go} style={{ width: 280 }} />
      <Button type="primary" disabled={!ready} onClick={go}>
        {t("desk.find")}
      </Button>
    </Flex>
  );
}

function OfCode({ code }: { code: string }) {
  const query = useQuery({ queryKey: [...REWARDS, "code", code], retry: false, queryFn: ({ signal }) => answered(api.GET("/api/v1/rewards/coupons/codes/{code}", { signal, params: { path: { code } } })) });
  return <Loaded query={query}>{(coupon) => <One key={coupon.id} coupon={coupon} />}</Loaded>;
}

function One({ coupon }: { coupon: Coupon }) {
  const { t } = useTranslation("rewards");
  const may = useMay();
  const words = useCouponWords();
  const template = useTemplate(coupon.template_id);
  return (
    <Flex vertical gap="middle">
      <Part title={template.data?.terms.name ?? t("desk.one")}>
        <Descriptions
          size="small"
          bordered
          column={{ xs: 1, sm: 1, md: 1, lg: 2 }}
          items={[
            { key: "state", label: t("column.state"), children: <Standing state={coupon.state} /> },
            { key: "does", label: t("coupon.does"), children: template.data ? words.does(template.data.terms) : "—" },
            { key: "code", label: t("desk.code"), children: coupon.code || template.data?.terms.shared_code || "—" },
            { key: "holder", label: t("desk.holder"), children: coupon.customer_id ? <Link to={`/customers/${coupon.customer_id}`}>#{coupon.customer_id}</Link> : t("desk.nobody") },
            { key: "from", label: t("coupon.from"), children: <When at={coupon.valid_from} /> },
            { key: "until", label: t("coupon.until"), children: <When at={coupon.valid_until} /> },
            { key: "goods", label: t("coupon.goods"), children: template.data?.terms.goods?.join(" / ") || t("coupon.allGoods") },
            { key: "issued", label: t("desk.issued"), children: <When at={coupon.issued_at} /> },
          ]}
        />
      </Part>
      {coupon.state === "held" && may("rewards.redeem") && template.data && <Using coupon={coupon} terms={template.data.terms} />}
    </Flex>
  );
}

function OfCustomer({ id }: { id: number }) {
  const { t } = useTranslation("rewards");
  const words = useCouponWords();
  const [chosen, choose] = useInAddress("coupon");
  const query = useQuery({ queryKey: [...REWARDS, "customer", id], queryFn: ({ signal }) => answered(api.GET("/api/v1/rewards/coupons/customers/{customer_id}", { signal, params: { path: { customer_id: id }, query: { limit: 200 } } })) });
  return (
    <Loaded query={query}>
      {(coupons) => {
        const one = coupons.find((each) => String(each.id) === chosen);
        if (coupons.length === 0) return <Empty title={t("desk.none")} />;
        return (
          <Flex vertical gap="middle">
            <Table<(typeof coupons)[number]>
              aria-label={t("desk.customer")}
              size="small"
              rowKey="id"
              scroll={{ x: "max-content" }}
              dataSource={coupons}
              pagination={coupons.length > 10 ? { pageSize: 10, showSizeChanger: false } : false}
              columns={[
                { key: "name", title: t("coupon.name"), render: (_, row) => <Opener onClick={() => choose(String(row.id))}>{row.terms.name}</Opener> },
                { key: "does", title: t("coupon.does"), render: (_, row) => words.does(row.terms) },
                { key: "code", title: t("desk.code"), render: (_, row) => row.code || row.terms.shared_code || "—" },
                { key: "state", title: t("column.state"), render: (_, row) => <Standing state={row.state} /> },
                { key: "until", title: t("coupon.until"), render: (_, row) => <When at={row.valid_until} /> },
              ]}
            />
            {one && <One key={one.id} coupon={one} />}
          </Flex>
        );
      }}
    </Loaded>
  );
}
