import { Flex, Typography } from "antd";
import { useTranslation } from "react-i18next";

import type { Character } from "../content";

export const ADJUSTERS = ["operator", "staff"] as const;
export const PARTS = ["text", "materials"] as const;

/** Who may adjust what of what a persona says, in one line each. */
export function Adjusts({ character }: { character: Character }) {
  const { t } = useTranslation("content");
  return (
    <Flex vertical>
      {ADJUSTERS.map((by) => {
        const own = character.adjusting.find((one) => one.by === by);
        const parts = (own?.parts ?? []).map((part) => t(`persona.part.${part}`)).join(t("persona.and"));
        const limited = own && own.parts.includes("text") && own.most_changed < 100;
        return (
          <Typography.Text key={by} type={parts ? undefined : "secondary"} style={{ whiteSpace: "nowrap" }}>
            {t(`persona.by.${by}`)}: {parts || t("persona.nothing")}
            {limited && t("persona.upTo", { percent: String(own.most_changed) })}
          </Typography.Text>
        );
      })}
    </Flex>
  );
}
