import { answered, api, type Schema } from "@siyu/api";
import { Count, Identifier, Loaded, Money, When } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";
import { Col, Flex, Row, Skeleton, Table, Tag, theme, Typography } from "antd";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useCalled, useNames } from "./names";
import { isKnown, usePerson, type Person } from "./person";

interface Props {
  one: number;
  other: number;
  /** Identifiers that the evidence speaks of. */
  marked?: readonly number[];
}

interface Line {
  key: string;
  label: string;
  of: (person: Person) => ReactNode;
  /** Whether the two say the same; absent where that says nothing. */
  plain?: (person: Person) => string;
}

/** Two customers side by side: what each is, identifiers, latest orders. */
export function Compare({ one, other, marked = [] }: Props) {
  const [first, second] = [usePerson(one), usePerson(other)];
  if (first.isPending || second.isPending) return <Skeleton active paragraph={{ rows: 10 }} />;
  return <Loaded query={first}>{(a) => <Loaded query={second}>{(b) => <Both people={[a, b]} marked={marked} />}</Loaded>}</Loaded>;
}

function Both({ people, marked }: { people: [Person, Person]; marked: readonly number[] }) {
  const { t } = useTranslation("review");
  const called = useCalled();
  const lines = useLinesOf(people);
  const [a, b] = people;
  const head = (person: Person, letter: string) => (
    <Flex vertical>
      <Typography.Text strong>
        {letter} · {called(person.profile.personal, isKnown(person))}
      </Typography.Text>
      <Link to={`/customers/${person.customer_id}`}>{t("compare.open", { id: String(person.customer_id) })}</Link>
    </Flex>
  );
  return (
    <Flex vertical gap="middle">
      <Table<Line>
        aria-label={t("compare.title")}
        size="small"
        pagination={false}
        rowKey="key"
        dataSource={lines}
        tableLayout="fixed"
        columns={[
          { key: "label", title: "", width: 150, render: (_, line) => <Label line={line} people={people} /> },
          { key: "one", title: head(a, t("one")), render: (_, line) => line.of(a) },
          { key: "other", title: head(b, t("other")), render: (_, line) => line.of(b) },
        ]}
      />
      <Row gutter={16}>
        {people.map((person) => (
          <Col key={person.customer_id} xs={24} md={12}>
            <Identifiers person={person} marked={marked} />
            <Latest customerId={person.customer_id} />
          </Col>
        ))}
      </Row>
    </Flex>
  );
}

function Label({ line, people }: { line: Line; people: [Person, Person] }) {
  const { t } = useTranslation("review");
  const [a, b] = people.map((person) => line.plain?.(person) ?? "");
  return (
    <Flex vertical align="flex-start" gap={2}>
      <span>{line.label}</span>
      {a && b && <Tag style={{ margin: 0 }}>{a === b ? `= ${t("compare.same")}` : `≠ ${t("compare.differs")}`}</Tag>}
    </Flex>
  );
}

/** Traits that tell people apart. */
const TELLING = ["gender", "birthday", "province", "city"];

function useLinesOf(people: [Person, Person]): Line[] {
  const { t } = useTranslation("review");
  const names = useNames();
  const none = t("compare.nothing");
  const text = (value: unknown): string => (typeof value === "string" || typeof value === "number" ? String(value) : "");
  const personal = [...new Set(people.flatMap((person) => Object.keys(person.profile.personal)))].map((field): Line => {
    const of = (person: Person): string => person.profile.personal[field] ?? "";
    return { key: field, label: names.field(field), of: (person) => of(person) || none, plain: of };
  });
  const traits = TELLING.filter((field) => people.some((person) => text(person.profile.traits[field]))).map((field): Line => {
    const of = (person: Person): string => names.trait(field, text(person.profile.traits[field]));
    return { key: field, label: names.field(field), of: (person) => of(person) || none, plain: of };
  });
  return [
    ...personal,
    ...traits,
    { key: "layer", label: t("compare.layer"), of: (person) => names.layer(person.profile.layer) },
    { key: "value", label: t("compare.value"), of: (person) => <Money fen={person.value.net_fen} /> },
    { key: "orders", label: t("compare.orders"), of: (person) => <Count value={person.value.orders} /> },
    { key: "platforms", label: t("compare.platforms"), of: (person) => person.value.platforms.map((one) => names.platform(one.platform)).join("、") || none },
    { key: "lastOrder", label: t("compare.lastOrder"), of: (person) => <When at={person.value.last_order_at} precision="day" /> },
    { key: "firstSeen", label: t("compare.firstSeen"), of: (person) => <When at={person.profile.first_seen_at} precision="day" /> },
    { key: "lastSeen", label: t("compare.lastSeen"), of: (person) => <When at={person.profile.last_seen_at} ago /> },
    { key: "tags", label: t("compare.tags"), of: (person) => (person.profile.tags ?? []).map((one) => one.tag).join("、") || none },
  ];
}

const FEW = 12;

function Identifiers({ person, marked }: { person: Person; marked: readonly number[] }) {
  const { t } = useTranslation("review");
  const { token } = theme.useToken();
  const first = [...person.identifiers].sort((a, b) => Number(marked.includes(b.id)) - Number(marked.includes(a.id)));
  return (
    <section>
      <Typography.Title level={3} style={{ fontSize: 14 }}>
        {t("compare.identifiers")} · {t("compare.number", { id: String(person.customer_id) })}
      </Typography.Title>
      <ul style={{ listStyle: "none", padding: 0, margin: 0 }}>
        {first.slice(0, FEW).map((one) => (
          <li key={one.id} style={{ padding: "3px 0" }}>
            <Identifier type={one.type} value={one.value} scope={one.scope} copyable={false} />
            {marked.includes(one.id) && (
              <Typography.Text style={{ color: token.colorPrimaryText, marginInlineStart: 8 }}>← {t("compare.marked")}</Typography.Text>
            )}
          </li>
        ))}
      </ul>
      {first.length > FEW && <Typography.Text type="secondary">{t("compare.more", { count: first.length - FEW })}</Typography.Text>}
    </section>
  );
}

function Latest({ customerId }: { customerId: number }) {
  const { t } = useTranslation("review");
  const names = useNames();
  const query = useQuery({
    queryKey: ["customers", customerId, "orders", "latest"],
    queryFn: ({ signal }) =>
      answered(api.GET("/api/v1/customers/{customer_id}/orders", { signal, params: { path: { customer_id: customerId }, query: { limit: 4 } } })),
  });
  const line = (order: Schema<"Order">): string =>
    [names.platform(order.platform), order.shop, order.lines[0]?.title].filter(Boolean).join(" · ");
  return (
    <section>
      <Typography.Title level={3} style={{ fontSize: 14, marginTop: 12 }}>
        {t("compare.recent")}
      </Typography.Title>
      <Loaded query={query}>
        {(page) =>
          page.orders.length === 0 ? (
            <Typography.Text type="secondary">{t("compare.noOrders")}</Typography.Text>
          ) : (
            <ul style={{ listStyle: "none", padding: 0, margin: 0 }}>
              {page.orders.map((order) => (
                <li key={order.id} style={{ padding: "3px 0" }}>
                  <When at={order.ordered_at} precision="day" /> · <Money fen={order.paid_fen} /> · {line(order)}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </section>
  );
}
