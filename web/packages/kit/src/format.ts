/** How figures and times are written. Pure: language, zone and currency are passed in. */

export type Language = "zh" | "en";

const LOCALES: Record<Language, string> = { zh: "zh-CN", en: "en-US" };

const numbers = new Map<string, Intl.NumberFormat>();
const dates = new Map<string, Intl.DateTimeFormat>();

function number(language: Language, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = language + JSON.stringify(options);
  let found = numbers.get(key);
  if (!found) numbers.set(key, (found = new Intl.NumberFormat(LOCALES[language], options)));
  return found;
}

function date(language: Language, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = language + JSON.stringify(options);
  let found = dates.get(key);
  if (!found) dates.set(key, (found = new Intl.DateTimeFormat(LOCALES[language], options)));
  return found;
}

/** Money from integer fen: `¥1,234.50`; `short` writes `¥123.5万` or `¥1.2M`. */
export function formatMoney(fen: number, language: Language, currency = "CNY", short = false): string {
  if (!Number.isInteger(fen)) throw new RangeError(`money is integer fen, not ${fen}`);
  const options: Intl.NumberFormatOptions = { style: "currency", currency, currencyDisplay: "narrowSymbol" };
  return short && Math.abs(fen) >= 1_000_000
    ? number(language, { ...options, notation: "compact", maximumFractionDigits: 1 }).format(fen / 100)
    : number(language, options).format(fen / 100);
}

/** A count: `1,234,567`; `short` writes `123.5万` or `1.2M`. */
export function formatCount(count: number, language: Language, short = false): string {
  return short && Math.abs(count) >= 10_000
    ? number(language, { notation: "compact", maximumFractionDigits: 1 }).format(count)
    : number(language, { maximumFractionDigits: 2 }).format(count);
}

/** A share of 1: `12.3%`. */
export function formatShare(share: number, language: Language, digits = 1): string {
  return number(language, { style: "percent", minimumFractionDigits: 0, maximumFractionDigits: digits }).format(share);
}

export type Precision = "day" | "minute" | "second";

const PARTS: Record<Precision, Intl.DateTimeFormatOptions> = {
  day: { year: "numeric", month: "2-digit", day: "2-digit" },
  minute: { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  second: { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" },
};

/** A time as the API sends it (ISO, or epoch milliseconds), in the brand's zone: `2026-03-01 17:05`. */
export function formatWhen(at: string | number, language: Language, zone: string, precision: Precision = "minute"): string {
  const parts = new Map<string, string>();
  for (const part of date(language, { ...PARTS[precision], timeZone: zone }).formatToParts(new Date(at))) {
    parts.set(part.type, part.value);
  }
  const day = `${parts.get("year")}-${parts.get("month")}-${parts.get("day")}`;
  if (precision === "day") return day;
  const time = [parts.get("hour"), parts.get("minute"), ...(precision === "second" ? [parts.get("second")] : [])];
  return `${day} ${time.join(":")}`;
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 365 * 86_400],
  ["month", 30 * 86_400],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

/** How long ago, or in how long: `3 天前`, `in 2 hours`. */
export function formatAgo(at: string | number, now: number, language: Language): string {
  const ahead = (new Date(at).getTime() - now) / 1000;
  const seconds = ahead > 0 && ahead <= 15 ? 0 : ahead; // `now` is that old at most (useNow): what came since does not lie ahead
  const [unit, size] = STEPS.find(([, size]) => Math.abs(seconds) >= size) ?? ["second", 1];
  return new Intl.RelativeTimeFormat(LOCALES[language], { numeric: "auto" }).format(Math.trunc(seconds / size), unit);
}

/** A length of time in seconds: `45 秒`, `3 分`, `2 小时`, `5 天`. */
export function formatDuration(seconds: number, language: Language): string {
  const [unit, size] = STEPS.slice(2).find(([, size]) => seconds >= size) ?? ["second", 1];
  return number(language, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 1 }).format(seconds / size);
}

/** Bytes: `1.5 GB`. */
export function formatBytes(bytes: number, language: Language): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
  const power = Math.min(units.length - 1, bytes > 0 ? Math.floor(Math.log(bytes) / Math.log(1024)) : 0);
  return number(language, { style: "unit", unit: units[power] ?? "byte", unitDisplay: power ? "short" : "long", maximumFractionDigits: 1 }).format(
    bytes / 1024 ** power,
  );
}
