import type { Tag } from "../mirrored";

export interface TagGroup {
  id: string;
  name: string;
  tags: Tag[];
}

/** Tags by their groups, groups as they come first, tags in the platform's order. Pure. */
export function byGroup(tags: readonly Tag[]): TagGroup[] {
  const groups = new Map<string, TagGroup>();
  for (const tag of tags) {
    const group = groups.get(tag.group_id) ?? { id: tag.group_id, name: tag.group_name, tags: [] };
    group.tags.push(tag);
    groups.set(tag.group_id, group);
  }
  return [...groups.values()].map((group) => ({ ...group, tags: group.tags.sort((a, b) => a.place - b.place) }));
}
