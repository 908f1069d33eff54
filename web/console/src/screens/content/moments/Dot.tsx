import { theme } from "antd";
import { useTranslation } from "react-i18next";

import type { Category } from "../content";

/** The colour of a category; its name is read to those who do not see it. */
export function Dot({ category }: { category: Category }) {
  const { t } = useTranslation("content");
  const { token } = theme.useToken();
  const color = { persona: token.purple, seeding: token.green, brand: token.blue }[category];
  return <span role="img" aria-label={t(`category.${category}`)} style={{ width: 8, height: 8, borderRadius: 4, background: color, flex: "none", display: "inline-block" }} />;
}
