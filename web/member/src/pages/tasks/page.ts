import UnorderedListOutline from "antd-mobile-icons/es/UnorderedListOutline";

import type { Page } from "../../app/pages";

export const page: Page = {
  path: "/tasks",
  load: () => import("./Tasks").then((found) => found.Tasks),
  tab: { place: 4, word: "tasks", sign: UnorderedListOutline },
};
