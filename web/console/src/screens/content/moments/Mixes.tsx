import { useBrand, useLanguage } from "@siyu/kit";
import { Alert, Card, Col, Flex, Row, theme, Typography } from "antd";
import { useTranslation } from "react-i18next";

import { CATEGORIES, useMixes, type Calendar, type Category, type Entry } from "../content";
import { mixesOf, type PhaseMix } from "./days";
import { Dot } from "./Dot";

/** What the posts of every phase are about, beside what the phase wants; and where they leave it. */
export function Mixes({ calendar, entries }: { calendar: Calendar; entries: readonly Entry[] }) {
  const { zone } = useBrand();
  const language = useLanguage();
  const standard = useMixes().data;
  if (!standard) return null;
  return (
    <>
      {calendar.warnings.length > 0 && (
        <Flex vertical gap={6} role="status">
          {calendar.warnings.map((one) => (
            <Alert key={`${one.first} ${one.category}`} type="warning" showIcon title={one[language]} />
          ))}
        </Flex>
      )}
      <Row gutter={[12, 12]}>
        {mixesOf(calendar.plan, entries, standard, zone).map((one) => (
          <Col key={one.phase.first} xs={24} md={12} xl={6}>
            <OneMix mix={one} warned={new Set(calendar.warnings.filter((each) => each.first === one.phase.first).map((each) => each.category))} />
          </Col>
        ))}
      </Row>
    </>
  );
}

function OneMix({ mix, warned }: { mix: PhaseMix; warned: ReadonlySet<Category> }) {
  const { t } = useTranslation("content");
  const { phase, posts, counts, wanted } = mix;
  return (
    <Card size="small" style={{ height: "100%" }} title={<h2 style={{ fontSize: 14, margin: 0 }}>{t(`phase.${phase.kind}`)}</h2>} extra={<Typography.Text type="secondary">{t("moments.posts", { count: posts })}</Typography.Text>}>
      <Typography.Text type="secondary" style={{ fontSize: 12 }}>
        {phase.first} – {phase.last}
      </Typography.Text>
      <Flex vertical gap={4} style={{ marginTop: 6 }}>
        {CATEGORIES.map((category) => (
          <OneShare key={category} category={category} share={posts ? Math.round((100 * counts[category]) / posts) : null} wanted={wanted[category]} off={warned.has(category)} />
        ))}
      </Flex>
    </Card>
  );
}

/** A bar for what is, a mark for what is wanted. */
function OneShare({ category, share, wanted, off }: { category: Category; share: number | null; wanted: number; off: boolean }) {
  const { t } = useTranslation("content");
  const { token } = theme.useToken();
  const color = { persona: token.purple, seeding: token.green, brand: token.blue }[category];
  return (
    <div>
      <Flex justify="space-between" gap="small" style={{ fontSize: 12 }}>
        <span>
          <Dot category={category} /> {t(`category.${category}`)}
        </span>
        <span style={{ color: off ? token.colorError : token.colorTextSecondary }}>{t("moments.share", { share: share === null ? "—" : `${share}%`, wanted: `${wanted}%` })}</span>
      </Flex>
      <div aria-hidden style={{ position: "relative", height: 6, borderRadius: 3, background: token.colorFillSecondary }}>
        <div style={{ width: `${share ?? 0}%`, height: "100%", borderRadius: 3, background: color }} />
        <div style={{ position: "absolute", insetInlineStart: `${wanted}%`, top: -2, width: 2, height: 10, background: token.colorText }} />
      </div>
    </div>
  );
}
