import { answered, api } from "@siyu/api";
import { ErrorNote, useBrand } from "@siyu/kit";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Card, Col, Flex, Form, Input, Row, Segmented, Select, Typography } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useSearchParams } from "react-router";

import { ColumnMeanings, useTargetName } from "./ColumnMeanings";
import { searchOf } from "./how";
import { guessed, mappingOf, troubles, type Chosen, type Kind } from "./mapping";
import { useWaiting } from "./Wizard";

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
const STATUSES = ["placed", "paid", "shipped", "received", "closed"] as const;
const MONEYS = ["yuan", "fen", "decimal"] as const;

/** Say what each column is, and keep that under a name. */
export function MappingStep() {
  const { t } = useTranslation("imports");
  const waiting = useWaiting();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [search, setSearch] = useSearchParams();
  const kind: Kind = search.get("kind") === "customers" ? "customers" : "orders";
  const columns = waiting.columns.map(({ name }) => name);
  const [name, setName] = useState("");
  const [asked, setAsked] = useState(false);
  const [chosen, setChosen] = useState<Chosen>({
    meanings: guessed(kind, columns),
    scopes: {},
    platform: "",
    shop: "",
    money: "yuan",
    zone: "",
    status: "received",
  });
  const set = (change: Partial<Chosen>): void => setChosen({ ...chosen, ...change });
  const wrong = troubles(kind, chosen);
  const nameWrong = !NAME.test(name);
  const saving = useMutation({
    mutationFn: () => answered(api.PUT("/api/v1/imports/mappings/{name}", { params: { path: { name } }, body: mappingOf(kind, chosen) })),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["imports", "mappings"] });
      await navigate(`/imports/new/${waiting.id}/preview?${searchOf({ kind, mapping: name, shop: chosen.shop, platform: null })}`);
    },
  });
  const save = (): void => {
    setAsked(true);
    if (wrong.length === 0 && !nameWrong) saving.mutate();
  };
  const anonymous = kind === "orders" && !Object.values(chosen.meanings).some((each) => /^(id|contact):/.test(each));
  return (
    <Flex vertical gap="middle">
      <Flex justify="space-between" align="center" gap="middle" wrap>
        <div>
          <Typography.Title level={2} style={{ fontSize: 18, margin: 0 }}>
            {t("mapping.title")}
          </Typography.Title>
          <Typography.Text type="secondary">{t("mapping.what")}</Typography.Text>
        </div>
        <Segmented
          value={kind}
          aria-label={t("recognise.kind")}
          options={[
            { value: "orders", label: t("kinds.orders") },
            { value: "customers", label: t("kinds.customers") },
          ]}
          onChange={(next: Kind) => {
            setSearch({ kind: next }, { replace: true });
            set({ meanings: guessed(next, columns), scopes: {} });
          }}
        />
      </Flex>
      <ColumnMeanings kind={kind} columns={waiting.columns} chosen={chosen} onChange={set} />
      <Settings kind={kind} chosen={chosen} onChange={set} />
      {anonymous && <Alert type="info" showIcon title={t("mapping.noIdentifier")} />}
      <Card size="small">
        <ErrorNote error={saving.error} />
        {asked && <Wrong kind={kind} wrong={wrong} nameless={name === ""} />}
        <Form layout="vertical" onFinish={save}>
          <Form.Item
            label={t("mapping.name")}
            htmlFor="mapping-name"
            extra={t("mapping.nameHint")}
            validateStatus={(asked || name !== "") && nameWrong ? "error" : undefined}
            help={name !== "" && nameWrong ? t("mapping.nameWrong") : undefined}
          >
            <Input id="mapping-name" style={{ maxWidth: 320 }} value={name} onChange={(event) => setName(event.target.value)} />
          </Form.Item>
          <Button type="primary" htmlType="submit" loading={saving.isPending}>
            {t("mapping.save")}
          </Button>
        </Form>
      </Card>
    </Flex>
  );
}

function Wrong({ kind, wrong, nameless }: { kind: Kind; wrong: ReturnType<typeof troubles>; nameless: boolean }) {
  const { t } = useTranslation("imports");
  const targetName = useTargetName();
  const said: string[] = wrong.map((each) => (each.key === "twice" ? t("mapping.needs.twice", { target: targetName(each.target) }) : t(`mapping.needs.${each.key}`)));
  if (nameless) said.push(t("mapping.needs.name"));
  if (said.length === 0) return null;
  return <Alert key={kind} type="error" showIcon role="alert" title={said.join("；")} style={{ marginBottom: 16 }} />;
}

function Settings({ kind, chosen, onChange }: { kind: Kind; chosen: Chosen; onChange: (change: Partial<Chosen>) => void }) {
  const { t } = useTranslation("imports");
  const { zone } = useBrand();
  const statusless = kind === "orders" && !Object.values(chosen.meanings).includes("field:status");
  return (
    <Card size="small">
      <Form layout="vertical">
        <Row gutter={16}>
          <Col xs={24} md={8}>
            <Form.Item label={t("mapping.platform")} htmlFor="platform" extra={t("mapping.platformHint")}>
              <Input id="platform" value={chosen.platform} placeholder="generic" onChange={(event) => onChange({ platform: event.target.value.trim() })} />
            </Form.Item>
          </Col>
          <Col xs={24} md={8}>
            <Form.Item label={t("recognise.shop")} htmlFor="shop" extra={t("recognise.shopHint")}>
              <Input id="shop" value={chosen.shop} onChange={(event) => onChange({ shop: event.target.value })} />
            </Form.Item>
          </Col>
          <Col xs={24} md={8}>
            <Form.Item label={t("mapping.zone")} htmlFor="zone">
              <Input id="zone" value={chosen.zone} placeholder={zone} onChange={(event) => onChange({ zone: event.target.value.trim() })} />
            </Form.Item>
          </Col>
          <Col xs={24} md={8}>
            <Form.Item label={t("mapping.money")} htmlFor="money">
              <Select id="money" value={chosen.money} options={MONEYS.map((value) => ({ value, label: t(`mapping.moneys.${value}`) }))} onChange={(money) => onChange({ money })} />
            </Form.Item>
          </Col>
          {statusless && (
            <Col xs={24} md={8}>
              <Form.Item label={t("mapping.statusHint")} htmlFor="status">
                <Select id="status" value={chosen.status} options={STATUSES.map((value) => ({ value, label: t(`mapping.statuses.${value}`) }))} onChange={(status) => onChange({ status })} />
              </Form.Item>
            </Col>
          )}
        </Row>
      </Form>
    </Card>
  );
}
