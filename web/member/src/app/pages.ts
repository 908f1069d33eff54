import type { FC } from "react";

/** One page. A folder of `pages` that has a `page.ts` is one: nothing else has to be changed to add it. */
export interface Page {
  path: string;
  load: () => Promise<FC>;
  /** Where it stands in the bar at the bottom, if it does, and its word and sign there. */
  tab?: { place: number; word: "home" | "checkIn" | "rewards" | "tasks" | "mine"; sign: FC };
  /** It can be seen without signing in. */
  open?: boolean;
}

const found = import.meta.glob<{ page: Page }>("../pages/*/page.ts*", { eager: true });

export const pages: Page[] = Object.values(found).map((one) => one.page);

interface Tab extends Page {
  tab: NonNullable<Page["tab"]>;
}

export const tabs: Tab[] = pages.filter((one): one is Tab => one.tab !== undefined).sort((one, other) => one.tab.place - other.tab.place);
