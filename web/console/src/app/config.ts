import { answered, api, type Schema } from "@siyu/api";
import type { Brand } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";

import { CONFIG } from "./queries";
import { useSession } from "./session";

export type Config = Schema<"ConsoleConfig">;

/** Until the answer is here. */
const BEFORE: Config = { brand_name: "", zone: "Asia/Shanghai", currency: "CNY", version: "", languages: [], ladder: [] };

/** What the console has to know of this Siyu. */
export function useConfig(): Config {
  const found = useQuery({
    queryKey: CONFIG,
    queryFn: ({ signal }) => answered(api.GET("/api/v1/console/config", { signal })),
    staleTime: Infinity,
  });
  return found.data ?? BEFORE;
}

/** The same for the kit, with whose views these are. */
export function useBrandOfKit(): Brand {
  const config = useConfig();
  const me = useSession(false).data;
  return { name: config.brand_name, zone: config.zone, currency: config.currency, viewer: me ? `${me.kind}.${me.id}` : "" };
}
