import { answered, api, type Schema } from "@siyu/api";
import { useFormat, useLanguage } from "@siyu/kit";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { useMay } from "../../app/session";
import { useAccounts, useKinds } from "../channels/accounts";
import { useScripts } from "../content/content";
import { useNames } from "../customers/names";
import { everyOf, sideOf } from "./dates";
import { minutesOf, unitOf } from "./editor/texts";
import type { FactMatch, PropertyTest, Step, Trigger, When, Wish } from "./journey";

export function useSegments(): UseQueryResult<Schema<"Segment">[]> {
  const may = useMay();
  return useQuery({ queryKey: ["segments"], enabled: may("segments.read"), staleTime: 60_000, queryFn: ({ signal }) => answered(api.GET("/api/v1/segments", { signal })) });
}

export function useFactKinds(): UseQueryResult<Schema<"InsightSchema">> {
  const may = useMay();
  return useQuery({ queryKey: ["insight", "schema"], enabled: may("insight.read"), staleTime: 5 * 60_000, queryFn: ({ signal }) => answered(api.GET("/api/v1/insight/schema", { signal })) });
}

export function useCodes(): UseQueryResult<Schema<"CodeRead">[]> {
  const may = useMay();
  return useQuery({
    queryKey: ["channels", "codes", "all"],
    enabled: may("channels.read"),
    staleTime: 60_000,
    queryFn: async ({ signal }) => (await answered(api.GET("/api/v1/channels/codes", { signal, params: { query: { limit: 200 } } }))).codes,
  });
}

/** What triggers and steps do, in words. */
export function useSentences() {
  const { t } = useTranslation("journeys");
  const language = useLanguage();
  const format = useFormat();
  const segments = useSegments().data;
  const kinds = useFactKinds().data?.kinds;
  const names = useNames();
  const codes = useCodes().data;
  const scripts = useScripts().data;
  const via = useVia();

  const segment = (id: number): string =>
    id === 0 ? t("trigger.noSegment") : (segments?.find((one) => one.id === id)?.name ?? (segments ? t("trigger.unknownSegment", { id: String(id) }) : `#${id}`));
  const script = ({ id, version }: { id: number; version: number }): string => t("canvas.says.script", { name: scripts?.find((one) => one.script.id === id)?.script.name ?? `#${id}`, version: String(version) });
  const factKind = (kind: string): string => {
    const found = kinds?.find((one) => one.name === kind);
    return found && language === "zh" ? found.zh : names.kind(kind);
  };
  const fact = (match: FactMatch): string => match.name ?? factKind(match.kind);
  const span = (text: string): string => {
    const minutes = minutesOf(text);
    if (minutes === null) return text;
    const { amount, unit } = unitOf(minutes);
    return t(`span.${unit}`, { count: amount });
  };
  const days = (weekdays: readonly number[]): string => weekdays.map((day) => t(`weekday.${String(day) as "1"}`)).join(t("canvas.says.list"));
  const moment = (text: string): string => text.replace("T", " ").slice(0, 16);
  const test = (one: PropertyTest): string => {
    const value = Array.isArray(one.value) ? one.value.join(t("canvas.says.list")) : String(one.value);
    return one.comparison === "exists" ? `${one.property} ${t("forms.compare.exists")}` : `${one.property} ${t(`forms.compare.${one.comparison}`)} ${value}`;
  };

  const trigger = (one: Trigger): string => {
    switch (one.kind) {
      case "fact": {
        const count = one.fact.where?.length ?? 0;
        const said = t(count ? "trigger.factWhere" : "trigger.fact", { what: fact(one.fact), count });
        return one.key ? t("trigger.perKey", { said, key: one.key }) : said;
      }
      case "segment":
        return t(one.moves === "left" ? "trigger.segmentLeft" : "trigger.segmentEntered", { segment: segment(one.segment) });
      case "time": {
        const at = one.at ?? "";
        if (one.once) return t("trigger.once", { at: moment(one.once), segment: segment(one.segment) });
        if (one.weekdays?.length) return t("trigger.weekly", { days: days(one.weekdays), at, segment: segment(one.segment) });
        if (one.month_days?.length) return t("trigger.monthly", { days: one.month_days.join(t("canvas.says.list")), at, segment: segment(one.segment) });
        return t("trigger.daily", { at, segment: segment(one.segment) });
      }
      case "date":
        return t(`dates.says.${everyOf(one)}.${sideOf(one)}`, { what: one.tie ? t(`dates.tie.${one.tie}`) : one.trait, days: String(one.before_days || one.after_days), at: one.at });
      case "code": {
        const named = (one.codes ?? []).map((id) => codes?.find((code) => code.id === id)?.name ?? `#${id}`);
        return named.length ? t("trigger.code", { codes: named.map((name) => `“${name}”`).join(t("canvas.says.list")) }) : t("trigger.anyCode");
      }
      case "manual":
        return t("trigger.manual");
    }
  };

  const when = (one: When): string => {
    switch (one.by) {
      case "rule":
        return t("canvas.says.byRule");
      case "segment":
        return t("canvas.says.bySegment", { segment: segment(one.segment) });
      case "value": {
        const [from, below] = [one.from_fen, one.below_fen].map((fen) => (fen == null ? null : format.money(fen)));
        if (from && below) return t("canvas.says.byBetween", { from, below });
        return below ? t("canvas.says.byBelow", { below }) : t("canvas.says.byFrom", { from: from ?? format.money(0) });
      }
      case "arm":
        return t("canvas.says.byArm", { arm: one.arm });
      case "entry":
        return t("canvas.says.byEntry", { what: one.where.map(test).join(t("canvas.says.comma")) });
    }
  };

  const waits = (one: Extract<Step, { kind: "wait" }>): string => {
    const entry = one.since === "entry";
    if (one.until) return t("canvas.says.until", { at: moment(one.until) });
    const at = [one.weekdays?.length ? days(one.weekdays) : "", one.at ?? ""].filter(Boolean).join(" ");
    const length = one.duration ? t(entry ? "canvas.says.waitSinceFor" : "canvas.says.wait", { for: span(one.duration) }) : one.days ? t(entry ? "canvas.says.waitSince" : "canvas.says.waitDays", { count: one.days }) : "";
    if (length && at) return t("canvas.says.waitAt", { said: length, at });
    return length || (at ? t("canvas.says.untilAt", { at }) : t("canvas.says.nothing"));
  };

  const step = (one: Step): string => {
    switch (one.kind) {
      case "wait":
        return waits(one);
      case "wait_for":
        return t("canvas.says.waitFor", { what: fact(one.fact), for: span(one.timeout) });
      case "branch":
        return t("canvas.says.branch", { count: one.cases.length });
      case "send":
      case "invite": {
        const text = (one.kind === "send" && one.script ? script(one.script) : one.text.trim()) || t("canvas.says.noText");
        return one.wishes.length ? t("canvas.says.via", { via: one.wishes.map(via).join(" → "), text }) : t("canvas.says.nobody");
      }
      case "moment":
        return t("canvas.says.moment", { at: one.at, text: one.text.trim() || t("canvas.says.noText") });
      case "staff_task":
        return t("canvas.says.task", { title: one.title || t("canvas.says.noText"), for: span(one.due_in) });
      case "tag": {
        const [add, remove] = [one.add, one.remove].map((tags) => (tags ?? []).join(t("canvas.says.list")));
        return [add && t("canvas.says.tagAdd", { tags: add }), remove && t("canvas.says.tagRemove", { tags: remove })].filter(Boolean).join(t("canvas.says.comma")) || t("canvas.says.nothing");
      }
      case "trait":
        return one.value == null || one.value === "" ? t("canvas.says.traitGone", { trait: one.trait }) : t("canvas.says.trait", { trait: one.trait, value: String(one.value) });
      case "points": {
        const said = t("canvas.says.points", { amount: String(one.amount), unit: t(`units.${one.unit ?? "points"}`, { ns: "customers" }) });
        return one.expires_after ? `${said}${t("canvas.says.comma")}${t("canvas.says.pointsExpire", { count: one.expires_after })}` : said;
      }
      case "webhook":
        return one.url;
      case "goal":
        return t("canvas.says.goal");
      case "exit":
        return t("canvas.says.exit");
    }
  };

  /** What is written beside a way out of a step; empty for the only one. */
  const way = (from: Step | undefined, name: string): string => {
    if (!from || name === "start") return "";
    if (from.kind === "branch") {
      const chosen = name.startsWith("case ") ? from.cases[Number(name.slice(5)) - 1] : undefined;
      return chosen ? when(chosen.when) : t("canvas.way.otherwise");
    }
    if (from.kind === "wait_for") return t(name === "otherwise" ? "canvas.way.no" : "canvas.way.yes");
    return name === "next" ? "" : t(`canvas.way.${name as "dropped"}`, { defaultValue: "" });
  };

  return { trigger, step, way, when, span, segment, fact, via, test };
}

export type Sentences = ReturnType<typeof useSentences>;

/** How a wish is called: the account, or the channel where there is only one, and the way. */
export function useVia(): (wish: Wish) => string {
  const language = useLanguage();
  const accounts = useAccounts().data;
  const kinds = useKinds().data?.kinds;
  return (wish) => {
    const account = accounts?.find((one) => one.id === wish.account);
    const kind = kinds?.find((one) => one.channel === (account?.channel ?? wish.channel));
    const way = kind?.ways.find((one) => one.name === wish.way);
    return [account?.name ?? kind?.[language] ?? wish.channel, way?.[language] ?? wish.way].filter(Boolean).join(" · ");
  };
}
