import type { Schema } from "@siyu/api";

export interface NoteFilled {
  remark?: string;
  description?: string;
  phones?: string[];
  replace_phones?: boolean;
}

/** What is written: only what was filled in, so that the rest stays on the platform. Pure. */
export function noteOf({ remark, description, phones, replace_phones }: NoteFilled): Schema<"NoteNew"> {
  const replaced = replace_phones === true;
  return {
    remark: remark?.trim() || null,
    description: description?.trim() || null,
    phones: replaced || phones?.length ? (phones ?? []) : null,
    replace_phones: replaced,
  };
}
