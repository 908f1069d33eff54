import { answered, api } from "@siyu/api";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { useMay } from "../../app/session";

const FORMAT = /^(taobao|jd|doudian|pinduoduo|youzan|wechat_shop)_/;

/** What a format is called: its platform, or the name of the mapping. */
export function useFormatName(): (format: string) => string {
  const { t } = useTranslation("imports");
  return (format) => {
    const platform = FORMAT.exec(format)?.[1];
    return platform ? t(`platforms.${platform}` as never) : format;
  };
}

/** Who `operator:7` is; the name itself where the person may not see the members. */
export function useActorName(): (actor: string) => string {
  const may = useMay();
  const members = useQuery({
    queryKey: ["team", "operators"],
    enabled: may("operators.manage"),
    queryFn: ({ signal }) => answered(api.GET("/api/v1/operators", { signal })),
  });
  return (actor) => {
    const member = members.data?.find((each) => `operator:${each.id}` === actor.replace(/^system:/, ""));
    return member ? member.name || member.login : actor.replace(/^system:/, "");
  };
}
