import type { Language } from "@siyu/kit";
import type { Locale } from "antd/es/locale";
import dayjs from "dayjs";
import i18next from "i18next";
import { initReactI18next } from "react-i18next";

import type * as zhWords from "../words/zh";

/** What a language needs: our words, and antd's own. Each language is a chunk of its own. */
interface Pack {
  words: Record<keyof typeof zhWords, object>;
  antd: Locale;
}

const KEY = "siyu.language";
const TAGS: Record<Language, string> = { zh: "zh-CN", en: "en" };

const LOADERS: Record<Language, () => Promise<Pack>> = {
  zh: () => import("./language-zh"),
  en: () => import("./language-en"),
};

const packs = new Map<Language, Pack>();

/** The one chosen before, else the first of the browser's that we speak, else Chinese. */
export function preferredLanguage(): Language {
  const chosen = localStorage.getItem(KEY);
  if (chosen === "zh" || chosen === "en") return chosen;
  const spoken = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase());
  return spoken.find((tag): tag is Language => tag === "zh" || tag === "en") ?? "zh";
}

/** Load a language and switch everything to it, without reloading the page. */
export async function switchLanguage(language: Language): Promise<void> {
  const pack = packs.get(language) ?? (await LOADERS[language]());
  packs.set(language, pack);
  if (!i18next.isInitialized) {
    await i18next.use(initReactI18next).init({
      lng: language,
      fallbackLng: false,
      defaultNS: "shell",
      resources: {},
      interpolation: { escapeValue: false }, // React escapes
      react: { useSuspense: false },
      showSupportNotice: false, // an advertisement in the browser's console
    });
  }
  for (const [area, words] of Object.entries(pack.words)) i18next.addResourceBundle(language, area, words, true, true);
  dayjs.locale(language === "zh" ? "zh-cn" : "en");
  document.documentElement.lang = TAGS[language];
  await i18next.changeLanguage(language);
}

/** As {@link switchLanguage}, and remember the choice. */
export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(KEY, language);
  await switchLanguage(language);
}

/** antd's own words in a language that has been loaded. */
export function antdLocale(language: Language): Locale | undefined {
  return packs.get(language)?.antd;
}
