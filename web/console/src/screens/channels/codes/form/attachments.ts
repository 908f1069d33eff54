import type { Schema } from "@siyu/api";

/** What a welcome carries beside its text, as the API takes it: a kind and its fields. Pure. */

export type Attachment = Schema<"Greeting">["attachments"][number];
type Fields = Attachment[1];

/** Kinds that can be made here, each with the fields that are typed; a picture is uploaded. */
export const FIELDS = {
  image: [],
  link: ["title", "url", "desc", "picurl"],
  mini_program: ["title", "appid", "page"],
} as const;
export type Kind = keyof typeof FIELDS;
export const KINDS = Object.keys(FIELDS) as Kind[];
const NEEDED: Record<Kind, readonly string[]> = { image: ["file"], link: ["title", "url"], mini_program: ["title", "appid", "page", "file"] };

/** What is still missing; nothing of a kind that is not made here, which stays as it is. */
export function missingIn([kind, fields]: Attachment): readonly string[] {
  const needed = KINDS.includes(kind as Kind) ? NEEDED[kind as Kind] : [];
  // What was made by the API may name the platform's own file.
  return needed.filter((name) => !fields[name]?.trim() && !(name === "file" && (fields["media_id"] || fields["pic_media_id"] || fields["pic_url"])));
}

export const isMadeHere = (kind: string): kind is Kind => KINDS.includes(kind as Kind);
export const hasPicture = (kind: Kind): kind is "image" | "mini_program" => kind !== "link";

/** One of the fields is another; what is empty is left out. */
export function withField([kind, fields]: Attachment, name: string, value: string): Attachment {
  const rest: Fields = Object.fromEntries(Object.entries(fields).filter(([key]) => key !== name));
  return [kind, value ? { ...rest, [name]: value } : rest];
}
