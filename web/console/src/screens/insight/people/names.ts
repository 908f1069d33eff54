import { answered, api } from "@siyu/api";
import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../../app/session";

export type By = "none" | "platform" | "shop" | "source" | "first_source";

/** How a group of a report is called: a platform, a shop of one, a source by its number. */
export function useGroupName(by: By): (group: string) => string {
  const { t, i18n } = useTranslation("insight");
  const may = useMay();
  const sources = useQuery({
    queryKey: ["sources", "names"],
    enabled: (by === "source" || by === "first_source") && may("sources.read"),
    staleTime: 60_000,
    queryFn: ({ signal }) => answered(api.GET("/api/v1/sources", { signal })),
  });
  const list = sources.data;
  return useCallback((group: string) => {
    const platform = (name: string): string => (i18n.exists(`insight:platform.${name}`) ? t(`platform.${name}` as never) : name);
    if (group === "") return t("group.unknown");
    if (by === "platform") return platform(group);
    if (by === "shop") {
      const [first = "", ...rest] = group.split("/");
      return [platform(first), ...rest].join(" / ");
    }
    if (by === "source" || by === "first_source") {
      return list?.find((source) => String(source.id) === group)?.name ?? t("group.source", { id: group });
    }
    return group;
  }, [by, list, t, i18n]);
}
