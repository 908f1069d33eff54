import { Flex, Input, Tag, Typography } from "antd";
import { useId } from "react";
import { useTranslation } from "react-i18next";

interface Props {
  value: string;
  onChange: (value: string) => void;
  /** Offers the reasons that come up most. */
  suggest?: boolean;
  autoFocus?: boolean;
}

/** Reasons go into the audit, and have at least three characters. */
export const isReason = (text: string): boolean => text.trim().length >= 3;

/** Why something is done to a customer. */
export function Reason({ value, onChange, suggest = false, autoFocus = false }: Props) {
  const { t } = useTranslation("review");
  const id = useId();
  const short = value !== "" && !isReason(value);
  const offered = [t("reason.suggest.phone"), t("reason.suggest.order"), t("reason.suggest.shared"), t("reason.suggest.family")];
  return (
    <Flex vertical gap={4}>
      <label htmlFor={id}>{t("reason.label")}</label>
      <Input.TextArea
        id={id}
        value={value}
        autoFocus={autoFocus}
        maxLength={500}
        autoSize={{ minRows: 2, maxRows: 5 }}
        status={short ? "error" : undefined}
        aria-describedby={`${id}-hint`}
        onChange={(event) => onChange(event.target.value)}
      />
      <Typography.Text id={`${id}-hint`} type={short ? "danger" : "secondary"}>
        {t(short ? "reason.short" : "reason.hint")}
      </Typography.Text>
      {suggest && (
        <Flex gap={4} wrap>
          {offered.map((text) => (
            <Tag.CheckableTag key={text} checked={value === text} onChange={() => onChange(text)}>
              {text}
            </Tag.CheckableTag>
          ))}
        </Flex>
      )}
    </Flex>
  );
}
