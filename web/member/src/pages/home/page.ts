import AppOutline from "antd-mobile-icons/es/AppOutline";

import type { Page } from "../../app/pages";

export const page: Page = {
  path: "/",
  load: () => import("./Home").then((found) => found.Home),
  tab: { place: 1, word: "home", sign: AppOutline },
};
