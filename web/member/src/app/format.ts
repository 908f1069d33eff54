import { useTranslation } from "react-i18next";

import { brand } from "./brand";
import { TAGS, type Language } from "./language";

interface Formats {
  number: (value: number) => string;
  money: (fen: number) => string;
  day: (at: string) => string;
  moment: (at: string) => string;
}

/** Numbers, money and times as the language writes them, on the brand's clock. */
export function useFormats(): Formats {
  const { i18n } = useTranslation();
  const tag = TAGS[i18n.language as Language] ?? "zh-CN";
  const month = tag === "en" ? "short" : "2-digit"; // 08/03 is another day in another country
  const time = (options: Intl.DateTimeFormatOptions) => (at: string) =>
    new Intl.DateTimeFormat(tag, { timeZone: brand.zone, ...options }).format(new Date(at));
  return {
    number: (value) => new Intl.NumberFormat(tag).format(value),
    money: (fen) => `¥${new Intl.NumberFormat(tag, { minimumFractionDigits: 2 }).format(fen / 100)}`,
    day: time({ year: "numeric", month, day: "2-digit" }),
    moment: time({ year: "numeric", month, day: "2-digit", hour: "2-digit", minute: "2-digit", hour12: false }),
  };
}
