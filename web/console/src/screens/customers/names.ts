import type { Schema } from "@siyu/api";
import { answered, api } from "@siyu/api";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { useLayerName } from "../../app/ladder";
import { useMay } from "../../app/session";

/** Names of what the API calls by a code. One without a name here is shown as the platform writes it. */
export function useNames() {
  const { t, i18n } = useTranslation("customers");
  const layer = useLayerName();
  const said = (path: string, otherwise: string): string => (i18n.exists(`customers:${path}`) ? t(path as never) : otherwise);
  return {
    layer,
    relation: (kind: string) => said(`relation.${kind}`, kind),
    platform: (platform: string) => said(`platform.${platform}`, platform),
    field: (field: string) => said(`field.${field}`, field),
    trait: (field: string, value: string) => said(`trait.${field}.${value}`, value),
    channel: (channel: string) => (channel === "all" ? t("consent.all") : said(`consent.channels.${channel}`, channel)),
    purpose: (purpose: string) => said(`consent.purpose.${purpose}`, purpose),
    way: (way: string) => said(`ties.way.${way}`, way),
    kind: (kind: string) => said(`kind.${kind}`, kind),
    why: (why: string) => said(`says.why.${why}`, why),
  };
}

export type Names = ReturnType<typeof useNames>;

/** What somebody is called on a screen. */
export function useCalled(): (personal: Readonly<Record<string, string>>, known?: boolean) => string {
  const { t } = useTranslation("customers");
  return (personal, known = true) =>
    personal["name"] ?? personal["nickname"] ?? personal["phone"] ?? personal["email"] ?? t(known ? "nobody" : "anonymous");
}

/** The sources, for those who may read them. */
export function useSources(): readonly Schema<"SourceRead">[] {
  const may = useMay();
  const sources = useQuery({
    queryKey: ["sources", "names"],
    enabled: may("sources.read"),
    staleTime: 5 * 60_000,
    queryFn: async ({ signal }) => answered(api.GET("/api/v1/sources", { signal })),
  });
  return sources.data ?? [];
}

/** Names of sources by their id. */
export function useSourceName(): (id: number) => string {
  const { t } = useTranslation("customers");
  const names = new Map(useSources().map((source) => [source.id, source.name]));
  return (id) => names.get(id) ?? t("profile.noSource", { id: String(id) });
}

/** Who put a tag or a consent there: `source:3`, `operator:7`. */
export function useSourceOf(): (source: string) => string {
  const { t } = useTranslation("customers");
  const name = useSourceName();
  return (source) => {
    const [kind, id] = source.split(":");
    if (kind === "source" && id) return name(Number(id));
    if (kind === "operator" && id) return t("by.operator", { id });
    return source;
  };
}
