import { CloseOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Flex } from "antd";
import { Fragment } from "react";
import { useTranslation } from "react-i18next";

import { Pick, SpanPart, WindowPart } from "./controls";
import { FactPart, FactWhere } from "./FactPart";
import type { LeafProps } from "./Profile";
import { marked, Said } from "./Said";
import type { Fact, Leaf } from "./tree";

const MOST = 6; // facts in one sequence
const NEXT: Fact = { kind: "order.paid", where: [] };

/** What happened one after the other: the first, what followed, and perhaps more. */
export function SequenceLeaf({ leaf, onChange }: LeafProps<Extract<Leaf, { condition: "sequence" }>>) {
  const { t } = useTranslation("segments");
  const { further } = leaf;
  const put = (next: Fact[]): void => onChange({ ...leaf, further: next });
  const change = (index: number) => (fact: Fact) => put(further.map((one, at) => (at === index ? fact : one)));
  const name = (index: number): string => t("step.fact", { number: String(index + 3) });
  const first = (fact: Fact): void => onChange({ ...leaf, first: fact });
  const then = (fact: Fact): void => onChange({ ...leaf, then: fact });
  const words = (["yes", "no"] as const).map((value) => ({ value, label: t(`${further.length > 0 ? "followedAll" : "followed"}.${value}`) }));
  return (
    <Flex vertical gap={6}>
      <Said
        text={t("said.sequence", marked("window", "first", "span", "followed", "then"))}
        parts={{
          window: <WindowPart value={leaf.since} onChange={(since) => onChange({ ...leaf, since })} />,
          first: <FactPart label={t("part.first")} fact={leaf.first} onChange={first} />,
          span: <SpanPart label={t("part.within")} value={leaf.within} onChange={(within) => onChange({ ...leaf, within })} />,
          followed: <Pick label={t("part.followed")} value={leaf.followed ? "yes" : "no"} options={words} onChange={(value) => onChange({ ...leaf, followed: value === "yes" })} />,
          then: (
            <>
              <FactPart label={t("part.then")} fact={leaf.then} onChange={then} />
              {further.map((fact, index) => (
                <Fragment key={`${index} of ${further.length}`}>
                  <span>{t("step.then")}</span>
                  <FactPart label={name(index)} fact={fact} onChange={change(index)} />
                  <Button type="text" size="small" icon={<CloseOutlined />} aria-label={t("step.remove", { number: String(index + 3) })} onClick={() => put(further.filter((_, at) => at !== index))} />
                </Fragment>
              ))}
              {further.length + 2 < MOST && (
                <Button type="text" size="small" icon={<PlusOutlined />} onClick={() => put([...further, NEXT])}>
                  {t("step.add")}
                </Button>
              )}
            </>
          ),
        }}
      />
      <FactWhere label={t("part.first")} fact={leaf.first} onChange={first} />
      <FactWhere label={t("part.then")} fact={leaf.then} onChange={then} />
      {further.map((fact, index) => (
        <FactWhere key={`${index} of ${further.length}`} label={name(index)} fact={fact} onChange={change(index)} />
      ))}
    </Flex>
  );
}
