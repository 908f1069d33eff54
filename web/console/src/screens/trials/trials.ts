import { answered, api, type Schema } from "@siyu/api";
import { useQuery, useQueryClient, type UseQueryResult } from "@tanstack/react-query";

export type Trial = Schema<"TrialFigures">;
export type Terms = Schema<"TrialTerms">;
export type Application = Schema<"ApplicationRead">;
export type TrialState = Trial["state"];
export type Step = Application["state"];

/** Everything about trials lies below this key. */
export const TRIALS = ["trials"] as const;
export const STATES = ["draft", "live", "chosen", "ended"] as const satisfies readonly TrialState[];

/** Which states stand behind a figure, by the word of the filter: who was sent a piece was chosen as well. */
export const BEHIND = {
  applied: ["applied", "not_chosen", "chosen", "sent", "reported", "sent_back", "rewarded", "missed"],
  waiting: ["applied"],
  chosen: ["chosen", "sent", "reported", "sent_back", "rewarded", "missed"],
  to_send: ["chosen"],
  sent: ["sent", "reported", "sent_back", "rewarded", "missed"],
  reported: ["reported", "sent_back", "rewarded"],
  to_review: ["reported"],
  rewarded: ["rewarded"],
  missed: ["missed"],
  not_chosen: ["not_chosen"],
  withdrawn: ["withdrawn"],
} as const satisfies Record<string, readonly Step[]>;
export type Behind = keyof typeof BEHIND;
export const WORDS = Object.keys(BEHIND) as Behind[];

/** What once it was live nobody changes any more: people apply by what they have read. */
export const OPEN_WHILE_LIVE: ReadonlySet<keyof Terms> = new Set(["about", "reports_until"]);

export function useTrial(id: number): UseQueryResult<Trial> {
  return useQuery({ queryKey: [...TRIALS, "one", id], refetchInterval: 15_000, queryFn: ({ signal }) => answered(api.GET("/api/v1/trials/{trial_id}", { signal, params: { path: { trial_id: id } } })) });
}

/** Ask again for everything that may have changed. */
export function useAgain(): () => Promise<void> {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: TRIALS });
}

/** What can be done with these applications together: all of them have to be where it begins. */
export function canDo(rows: readonly Pick<Application, "state">[], trial: Pick<Trial, "state" | "terms">): { choose: boolean; send: boolean; review: boolean } {
  const all = (state: Step): boolean => rows.length > 0 && rows.every((row) => row.state === state);
  return { choose: trial.state === "live" && trial.terms.how === "hand" && all("applied"), send: all("chosen"), review: all("reported") };
}

/** Whether the choosing can be ended by hand: once nobody applies any more. */
export function canSettle(trial: Pick<Trial, "state" | "terms">, now: number): boolean {
  return trial.state === "live" && now >= Date.parse(trial.terms.closes_at);
}

/** The terms of a new draft: a week to apply, two days to choose, a month to report. */
export function draftOf(now: number): Terms {
  const day = 24 * 3_600_000;
  const at = (days: number): string => new Date(Math.ceil(now / 3_600_000) * 3_600_000 + days * day).toISOString();
  return { name: "", about: "", product: null, pieces: 10, worth_fen: 0, opens_at: at(0), closes_at: at(7), chosen_by: at(9), reports_until: at(39), how: "hand", tiers: [], segment_id: null, points: 0, questions: [], reward_points: 100, reward_days: null, reward_coupon_id: null, least_words: 10, least_days: 7, barred_days: 0 };
}
