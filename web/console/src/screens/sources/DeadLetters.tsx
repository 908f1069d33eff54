import { Page } from "@siyu/kit";
import { useTranslation } from "react-i18next";

import { LetterTable } from "./LetterTable";

/** The dead letters of every source. */
export function DeadLetters() {
  const { t } = useTranslation("sources");
  return (
    <Page title={t("letters.title")} what={t("letters.what")}>
      <LetterTable />
    </Page>
  );
}
