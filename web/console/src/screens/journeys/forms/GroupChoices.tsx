import { DeleteOutlined, PlusOutlined } from "@ant-design/icons";
import type { Schema } from "@siyu/api";
import { Button, Card, Flex, Select } from "antd";
import { useTranslation } from "react-i18next";

import { useCodes } from "../sentences";
import { Field, YuanInput } from "./fields";

type GroupChoice = Schema<"GroupChoice">;

const MOST = 10;

/** Group codes in their order: the first that is for somebody's value and has a place. */
export function GroupChoices({ value, onChange }: { value: readonly GroupChoice[]; onChange: (codes: GroupChoice[]) => void }) {
  const { t } = useTranslation("journeys");
  const codes = (useCodes().data ?? []).filter((one) => one.kind === "group");
  const put = (index: number, part: Partial<GroupChoice>): void => onChange(value.map((one, at) => (at === index ? { ...one, ...part } : one)));
  return (
    <Field label={t("forms.groups.title")} extra={t("forms.groups.what")} required>
      <Flex vertical gap={6}>
        {value.map((one, index) => {
          const number = String(index + 1);
          return (
            <Card key={index} size="small">
              <Flex vertical gap={6}>
                <Flex gap={4}>
                  <Select
                    aria-label={t("forms.groups.code", { number })}
                    placeholder={t("forms.send.code")}
                    value={one.code || undefined}
                    options={codes.map((code) => ({ value: code.id, label: code.name }))}
                    onChange={(code) => put(index, { code })}
                    style={{ flex: 1, minWidth: 0 }}
                  />
                  {value.length > 1 && <Button type="text" size="small" icon={<DeleteOutlined />} aria-label={t("forms.groups.remove", { number })} onClick={() => onChange(value.filter((_, at) => at !== index))} />}
                </Flex>
                <Flex gap={6} align="center" wrap>
                  <span>{t("forms.groups.from")}</span>
                  <YuanInput label={t("forms.groups.fromOf", { number })} value={one.from_fen} onChange={(from_fen) => put(index, { from_fen })} />
                  <span>{t("forms.groups.below")}</span>
                  <YuanInput label={t("forms.groups.belowOf", { number })} value={one.below_fen} onChange={(below_fen) => put(index, { below_fen })} />
                </Flex>
              </Flex>
            </Card>
          );
        })}
        <Button type="dashed" size="small" icon={<PlusOutlined />} disabled={value.length >= MOST} style={{ alignSelf: "flex-start" }} onClick={() => onChange([...value, { code: 0 }])}>
          {t("forms.groups.add")}
        </Button>
      </Flex>
    </Field>
  );
}
