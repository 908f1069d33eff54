import { answered, api } from "@siyu/api";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

/** What tasks and days of check-in can give. */
export const GIVEN = ["points", "growth", "group_points", "make_up", "turn"] as const;
/** What orders can earn. */
export const EARNED = ["points", "growth", "group_points"] as const;

export function useUnits() {
  return useQuery({ queryKey: ["members", "units"], staleTime: 5 * 60_000, queryFn: ({ signal }) => answered(api.GET("/api/v1/ledger/units", { signal })) });
}

/** What a unit is called: the known ones in the language of the screen, others as operators named them. */
export function useUnitName(): (code: string) => string {
  const { t, i18n } = useTranslation("members");
  const units = useUnits().data ?? [];
  return (code) => {
    if (i18n.exists(`members:unit.${code}`)) return t(`unit.${code}` as never);
    const named = units.find((one) => one.code === code)?.name;
    const [kind = "", of] = code.split(":");
    if (named && named !== code) return named;
    return of && i18n.exists(`members:unitOf.${kind}`) ? t(`unitOf.${kind}` as never, { of }) : code;
  };
}
