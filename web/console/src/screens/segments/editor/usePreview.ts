import { answered, api, ApiError, type Schema } from "@siyu/api";
import { useErrorText } from "@siyu/kit";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";

import { keyOf, tidy, unfinished, type Rule } from "../rule/tree";

export type Size = Schema<"siyu__segments__types__segment__Preview">;
const QUIET_MS = 500;

/** A value that has not changed for half a second. */
export function useSettled<Value>(value: Value): Value {
  const [settled, settle] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => settle(value), QUIET_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

/** How many a rule holds for while it is being built, and what is wrong with it where. */
export function usePreview(rule: Rule, segmentId: number | undefined) {
  const text = useErrorText();
  const settled = useSettled(rule);
  const open = useMemo(() => new Set(unfinished(rule)), [rule]);
  const askable = unfinished(settled).length === 0;
  // Of the rule as it stands in the editor: there its places are those on the screen.
  const wrong = useQuery({
    queryKey: ["segments", "problems", settled, segmentId],
    enabled: askable,
    queryFn: ({ signal }) => answered(api.POST("/api/v1/segments/problems", { signal, body: { rule: { version: 1, rule: settled }, segment_id: segmentId } })),
  });
  const size = useQuery({
    queryKey: ["segments", "preview", settled],
    enabled: askable && wrong.data?.length === 0,
    staleTime: 0,
    gcTime: 60_000,
    queryFn: ({ signal }) => answered(api.POST("/api/v1/segments/preview", { signal, body: { version: 1, rule: tidy(settled) } })),
  });
  const refused = (wrong.data?.length ?? 0) > 0;
  const problems = useMemo(() => {
    const found = (wrong.data ?? []).map((one) => [keyOf(one.place), text(new ApiError(400, one.code, one.message, one.message_zh))] as const);
    return new Map(settled === rule ? found : []);
    // `text` is new with each drawing, and changes with the language only.
  }, [wrong.data, settled, rule]); // eslint-disable-line react-hooks/exhaustive-deps
  return { size: askable ? size.data : undefined, counting: wrong.isFetching || size.isFetching || settled !== rule, error: wrong.error ?? size.error, refused, problems, open };
}
