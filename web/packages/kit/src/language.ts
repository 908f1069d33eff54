import { useTranslation } from "react-i18next";

import type { Language } from "./format";

/** The language of the screen now. */
export function useLanguage(): Language {
  const { i18n } = useTranslation();
  return i18n.language === "en" ? "en" : "zh";
}
