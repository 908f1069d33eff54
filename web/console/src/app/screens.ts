import type { ReactNode } from "react";
import type { RouteObject } from "react-router";

/** The areas in the order of the menu. A folder `screens/<area>/routes.tsx` exporting `area` is all it takes to appear. */
export const AREAS = ["overview", "customers", "segments", "journeys", "content", "touch", "members", "channels", "review", "imports", "sources", "insight", "team", "system"] as const;
export type AreaName = (typeof AREAS)[number];

/** One page in the menu below its area. */
export interface Entry {
  /** Full address: `/insight/rfm`. */
  path: string;
  /** Key of its name with the namespace: `insight:rfm.title`. */
  label: string;
  /** Shown to those who hold this right; absent: as the area. */
  right?: string;
}

export interface Area {
  name: AreaName;
  icon: ReactNode;
  /** The area is there for those who hold one of these. */
  rights: readonly string[];
  /** Addresses below `/<area>`; screens are lazy: `{ lazy: () => import("./List").then((m) => ({ Component: m.List })) }`. */
  routes: RouteObject[];
  /** Pages in the menu when the area has more than its first. */
  entries?: readonly Entry[];
}

const found = import.meta.glob<{ area: Area }>("../screens/*/routes.tsx", { eager: true });
const byName = new Map(Object.values(found).map(({ area }) => [area.name, area]));

export const areas: readonly Area[] = AREAS.flatMap((name) => byName.get(name) ?? []);

/** Whether somebody with `rights` may see the area. */
export function isOpen(area: Area, rights: readonly string[]): boolean {
  return area.rights.length === 0 || area.rights.some((right) => rights.includes(right));
}
