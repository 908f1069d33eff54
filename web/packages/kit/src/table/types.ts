import type { ReactNode } from "react";

export interface Choice {
  value: string;
  label: string;
}

interface Named {
  /** Name in the address, and in {@link ListQuery.filters}. */
  key: string;
  label: string;
}

/** A word to look for; taken over with Enter. */
export interface TextFilter extends Named {
  kind: "text";
  placeholder?: string;
  width?: number;
}

/** One of several; with `multiple` any of several, joined by commas in the address. */
export interface ChoiceFilter extends Named {
  kind: "choice";
  choices: readonly Choice[];
  multiple?: boolean;
}

/** Two days, both included; in the address as `<key>_from` and `<key>_until` (2026-03-01). {@link dayBounds} makes times of them. */
export interface DatesFilter extends Named {
  kind: "dates";
}

export type Filter = TextFilter | ChoiceFilter | DatesFilter;

export interface Sort {
  key: string;
  descending: boolean;
}

/** What a page of the list is asked for; all of it comes from the address. */
export interface ListQuery {
  filters: Record<string, string>;
  sort?: Sort;
  cursor?: string;
  limit: number;
}

export interface ListPage<Row> {
  rows: readonly Row[];
  /** Cursor of the next page, `null` on the last. */
  next: string | null;
  /** How many there are in all, when it is known. */
  total?: number | null;
}

export interface Column<Row> {
  key: string;
  title: string;
  /** What it means; shown when the title is pointed at. Of columns that can be sorted. */
  what?: string;
  render: (row: Row) => ReactNode;
  /** Hidden until the person chooses it. */
  optional?: boolean;
  /** The server can sort by it; its key is what `sort` says. */
  sortable?: boolean;
  width?: number;
  align?: "left" | "right" | "center";
}

/** What a person keeps: which columns, and views by name. */
export interface KeptView {
  name: string;
  /** The address behind the `?`. */
  search: string;
}
