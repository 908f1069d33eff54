import type { Schema } from "@siyu/api";

import { isGreeted, isServed, type CodeKind } from "../codes";
import { DAYS, type Span } from "./week";

/** What the form holds, and what the API takes. Pure. */

export type Definition = Schema<"CodeDefinition">;
type Greeting = Schema<"Greeting">;

export interface DraftShift extends Span {
  staff: string[];
}

export interface DraftGreeting extends Span {
  text: string;
  /** Only at some time; else at any. */
  timed: boolean;
  attachments: Greeting["attachments"];
}

export interface Draft {
  name: string;
  state: string;
  region: string;
  store: string;
  note: string;
  tags: string[];
  platform_tag_ids: string[];
  remark: string;
  called: string;
  staff: string[];
  shifts: DraftShift[];
  backups: string[];
  daily_cap: number | null;
  caps: { staff: string; cap: number | null }[];
  verify_free: "always" | "never" | "during";
  verify_free_during: Span[];
  greetings: DraftGreeting[];
  group_ids: string[];
  new_groups: boolean;
  base_name: string;
  base_number: number;
}

export const WORKING_HOURS: Span = { begins: "09:00", ends: "18:00", days: [1, 2, 3, 4, 5] };
export const ALL_DAY: Span = { begins: "00:00", ends: "24:00", days: [...DAYS] };

export const NEW_GREETING: DraftGreeting = { ...WORKING_HOURS, text: "", timed: false, attachments: [] };

/** What stands in the form when a code is made. */
export const NEW: Draft = {
  name: "",
  state: "",
  region: "",
  store: "",
  note: "",
  tags: [],
  platform_tag_ids: [],
  remark: "",
  called: "朋友",
  staff: [],
  shifts: [],
  backups: [],
  daily_cap: null,
  caps: [],
  verify_free: "always",
  verify_free_during: [],
  greetings: [],
  group_ids: [],
  new_groups: true,
  base_name: "",
  base_number: 1,
};

export function draftOf(name: string, definition: Definition): Draft {
  const { roster, chats } = definition;
  return {
    ...NEW,
    name,
    region: definition.region,
    store: definition.store,
    note: definition.note,
    tags: definition.tags,
    platform_tag_ids: definition.platform_tag_ids,
    remark: definition.remark,
    called: definition.called,
    greetings: definition.greetings.map((one) => ({ ...(one.span ?? ALL_DAY), text: one.text, timed: Boolean(one.span), attachments: one.attachments })),
    ...(roster && {
      staff: roster.staff,
      shifts: roster.shifts.map(({ span, staff }) => ({ ...span, staff })),
      backups: roster.backups,
      daily_cap: roster.daily_cap ?? null,
      caps: Object.entries(roster.caps ?? {}).map(([staff, cap]) => ({ staff, cap })),
      verify_free: roster.verify_free,
      verify_free_during: roster.verify_free_during,
    }),
    ...(chats && { group_ids: chats.group_ids, new_groups: chats.new_groups, base_name: chats.base_name, base_number: chats.base_number }),
  };
}

/** What the API is told; what does not belong to the kind is left out. */
export function definitionOf(draft: Draft, kind: CodeKind): Definition {
  const served = isServed(kind);
  return {
    region: draft.region.trim(),
    store: draft.store.trim(),
    note: draft.note.trim(),
    tags: draft.tags.map((one) => one.trim()).filter(Boolean),
    called: draft.called.trim() || NEW.called,
    platform_tag_ids: served ? draft.platform_tag_ids : [],
    remark: served ? draft.remark.trim() : "",
    greetings: isGreeted(kind) ? draft.greetings.map(greetingOf) : [],
    roster: served ? rosterOf(draft) : null,
    chats: kind === "group" ? { group_ids: draft.group_ids, new_groups: draft.new_groups, base_name: draft.new_groups ? draft.base_name.trim() : "", base_number: draft.base_number } : null,
  };
}

function rosterOf(draft: Draft): Definition["roster"] {
  return {
    staff: draft.staff,
    shifts: draft.shifts.map(({ staff, ...span }) => ({ staff, span: spanOf(span) })),
    backups: draft.backups,
    daily_cap: draft.daily_cap,
    caps: Object.fromEntries(draft.caps.flatMap(({ staff, cap }) => (staff && cap !== null ? [[staff, cap]] : []))),
    verify_free: draft.verify_free,
    verify_free_during: draft.verify_free === "during" ? draft.verify_free_during.map(spanOf) : [],
  };
}

function greetingOf(one: DraftGreeting): Greeting {
  return { text: one.text, attachments: one.attachments, span: one.timed ? spanOf(one) : null };
}

function spanOf({ begins, ends, days }: Span): Span {
  return { begins, ends, days: [...days].sort((a, b) => a - b) };
}
