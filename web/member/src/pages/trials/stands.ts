import type { Schema } from "@siyu/api";

type Trial = Schema<"OwnTrial">;

/** How a trial stands at this moment of the server's clock: it opens and closes by itself, without asking again. */
export function trialStands(trial: Pick<Trial, "stands" | "opens_at" | "closes_at">, now: number): Trial["stands"] {
  if (trial.stands !== "soon" && trial.stands !== "open") return trial.stands;
  if (now >= Date.parse(trial.closes_at)) return "over";
  return now < Date.parse(trial.opens_at) ? "soon" : "open";
}

/** Whether somebody has to write a report now. */
export function owesReport(one: Pick<Schema<"OwnApplication">, "state" | "due_at"> | null, now: number): boolean {
  return one !== null && (one.state === "sent" || one.state === "sent_back") && one.due_at !== null && now < Date.parse(one.due_at);
}
