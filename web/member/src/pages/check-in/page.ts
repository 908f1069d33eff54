import CalendarOutline from "antd-mobile-icons/es/CalendarOutline";

import type { Page } from "../../app/pages";

export const page: Page = {
  path: "/check-in",
  load: () => import("./CheckIn").then((found) => found.CheckIn),
  tab: { place: 2, word: "checkIn", sign: CalendarOutline },
};
