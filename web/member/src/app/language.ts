import i18next from "i18next";
import { initReactI18next } from "react-i18next";

export type Language = "zh" | "en";

const KEY = "siyu.member.language";
export const TAGS: Record<Language, string> = { zh: "zh-CN", en: "en" };
const LOADERS: Record<Language, () => Promise<{ words: object }>> = {
  zh: () => import("../words/zh"),
  en: () => import("../words/en"),
};

/** Reading and writing may be forbidden within an app's browser; then a choice lives as long as the page. */
function kept(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** The one chosen before, else the first of the browser's that we speak, else Chinese. */
export function preferredLanguage(): Language {
  const chosen = kept();
  if (chosen === "zh" || chosen === "en") return chosen;
  const spoken = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase());
  return spoken.find((tag): tag is Language => tag === "zh" || tag === "en") ?? "zh";
}

/** Load a language and switch everything to it, without reloading the page. */
export async function switchLanguage(language: Language): Promise<void> {
  const { words } = await LOADERS[language]();
  if (!i18next.isInitialized) {
    await i18next.use(initReactI18next).init({
      lng: language,
      fallbackLng: false,
      defaultNS: "member",
      resources: {},
      interpolation: { escapeValue: false }, // React escapes
      react: { useSuspense: false },
      showSupportNotice: false, // an advertisement in the browser's console
    });
  }
  i18next.addResourceBundle(language, "member", words, true, true);
  document.documentElement.lang = TAGS[language];
  await i18next.changeLanguage(language);
}

/** As {@link switchLanguage}, and remember the choice. */
export async function chooseLanguage(language: Language): Promise<void> {
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // it lives as long as the page
  }
  await switchLanguage(language);
}
