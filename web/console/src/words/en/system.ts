import type { Words } from "@siyu/kit";

import type { system as source } from "../zh/system";

export const system: Words<typeof source> = {
  title: "System",
  what: "Every number with what is normal and what to do; refreshed every 5 seconds.",
  at: "As of",
  states: { ok: "normal", watch: "watch", bad: "act" },
  overall: { ok: "All is well", watch: "Something is to be watched", bad: "Something needs you now" },
  groups: { queue: "Queue", throughput: "Throughput", export: "Export of facts", engines: "Engines and disk", jobs: "Background jobs", letters: "Dead letters" },
  normal: { most: "at most {{most}}", least: "at least {{least}}", between: "{{least}} to {{most}}", any: "no fixed range" },
  unsaid: "not told",
  perSecond: "{{value}}/s",
  advice: "What it tells, and what to do",
  jobs: { title: "Background jobs", name: "Job", waiting: "Waiting", running: "Running", failed: "Failed", lastState: "Last state", lastAt: "Last run", never: "never" },
  jobStates: { succeeded: "succeeded", failed: "failed", doing: "running", todo: "waiting", cancelled: "cancelled", aborted: "aborted" },
  jobNames: {
    "imports.run": "Import a file",
    "intake.forget_seen": "Forget old message ids",
    "timeline.squash": "Fold merges into the timeline",
    "channels.check_all": "Check the health of channel accounts",
    "channels.end_ties": "End the ties of a deleted account",
    "channels.forget": "Delete what channels sent and did long ago",
    "channels.upload_again": "Upload the pictures of welcomes again",
    "channels.reconcile": "Reconcile an account of a channel",
    "channels.reconcile_all": "Have every account of a channel reconciled",
    "touch.staff": "Remind staff of touches to confirm",
    "channels.recognise": "Ask which contacts the visitors of our apps are",
    "insight.refit": "Refit the lifetime models",
    "exports.write": "Export customers",
    "exports.forget": "Delete files of old exports",
    "segments.evaluate": "Evaluate a segment",
    "segments.evaluate_all": "Evaluate all segments, nightly",
  },
  tables: { title: "Tables of ClickHouse", table: "Table", rows: "Rows", bytes: "Size" },
  letters: { title: "Open dead letters", code: "Reason", count: "Letters", open: "To the sources", none: "No open dead letters" },
  versions: { title: "Versions" },
};
