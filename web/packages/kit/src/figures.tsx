import { Tooltip } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { useBrand } from "./brand";
import { formatAgo, formatBytes, formatCount, formatDuration, formatMoney, formatShare, formatWhen, type Precision } from "./format";
import { useLanguage } from "./language";
import { useNow } from "./now";

const FIGURES = { fontVariantNumeric: "tabular-nums", whiteSpace: "nowrap" } as const;

/** How figures are written here and now, for places that want text: charts, CSV, titles. */
export function useFormat() {
  const language = useLanguage();
  const { zone, currency } = useBrand();
  return useMemo(
    () => ({
      money: (fen: number, short = false) => formatMoney(fen, language, currency, short),
      count: (count: number, short = false) => formatCount(count, language, short),
      share: (share: number, digits = 1) => formatShare(share, language, digits),
      when: (at: string | number, precision?: Precision) => formatWhen(at, language, zone, precision),
      duration: (seconds: number) => formatDuration(seconds, language),
      bytes: (bytes: number) => formatBytes(bytes, language),
    }),
    [language, zone, currency],
  );
}

function Nothing() {
  const { t } = useTranslation("kit");
  return <span>{t("none")}</span>;
}

/** An amount in integer fen; `short` for big figures, the whole amount is in its tip. */
export function Money({ fen, short = false }: { fen: number | null | undefined; short?: boolean }) {
  const { money } = useFormat();
  if (fen === null || fen === undefined) return <Nothing />;
  const text = <span style={FIGURES}>{money(fen, short)}</span>;
  return short ? <Tooltip title={money(fen)}>{text}</Tooltip> : text;
}

export function Count({ value, short = false }: { value: number | null | undefined; short?: boolean }) {
  const { count } = useFormat();
  if (value === null || value === undefined) return <Nothing />;
  const text = <span style={FIGURES}>{count(value, short)}</span>;
  return short && Math.abs(value) >= 10_000 ? <Tooltip title={count(value)}>{text}</Tooltip> : text;
}

/** A share of 1 in percent. */
export function Share({ value, digits = 1 }: { value: number | null | undefined; digits?: number }) {
  const { share } = useFormat();
  return value === null || value === undefined ? <Nothing /> : <span style={FIGURES}>{share(value, digits)}</span>;
}

/** Points are whole. */
export function Points({ value }: { value: number | null | undefined }) {
  const { t } = useTranslation("kit");
  const { count } = useFormat();
  return value === null || value === undefined ? <Nothing /> : <span style={FIGURES}>{t("points", { points: count(value) })}</span>;
}

interface WhenProps {
  /** As the API sends it: ISO, or epoch milliseconds. */
  at: string | number | null | undefined;
  precision?: Precision;
  /** Show how long ago it was; the time itself is in the tip. */
  ago?: boolean;
}

/** A time in the brand's zone. */
export function When({ at, precision = "minute", ago = false }: WhenProps) {
  const language = useLanguage();
  const { zone } = useBrand();
  const now = useNow();
  if (at === null || at === undefined) return <Nothing />;
  const whole = formatWhen(at, language, zone, ago ? "second" : precision);
  const before = formatAgo(at, now, language);
  return (
    <Tooltip title={`${ago ? whole : before} (${zone})`}>
      <time dateTime={new Date(at).toISOString()} style={FIGURES}>
        {ago ? before : whole}
      </time>
    </Tooltip>
  );
}
