import { useTranslation } from "react-i18next";

import { useUnitName } from "../units";

/** Why something was posted, and what it came from, in words; codes that have none are shown as they are. */
export function usePostingWords() {
  const { t, i18n } = useTranslation("members");
  const said = (path: string, otherwise: string): string => (i18n.exists(`members:${path}`) ? t(path as never) : otherwise);
  return {
    kind: (kind: string): string => said(`posting.kind.${kind}`, kind),
    reason: (reason: string): string => said(`posting.reason.${reason}`, reason),
    source: (source: string): string => {
      const [what = "", ...rest] = source.split(":");
      return rest.length > 0 && i18n.exists(`members:posting.source.${what}`) ? t(`posting.source.${what}` as never, { of: rest.join(":") }) : source;
    },
    holdState: (state: string): string => said(`hold.state.${state}`, state),
  };
}

/** `+1,200 points`. */
export function useAmount(): (amount: number, unit: string) => string {
  const unitName = useUnitName();
  const { i18n } = useTranslation("members");
  return (amount, unit) => `${new Intl.NumberFormat(i18n.language === "zh" ? "zh-CN" : "en-US", { signDisplay: "exceptZero" }).format(amount)} ${unitName(unit)}`;
}
