import UserOutline from "antd-mobile-icons/es/UserOutline";

import type { Page } from "../../app/pages";

export const page: Page = {
  path: "/mine",
  load: () => import("./Mine").then((found) => found.Mine),
  tab: { place: 5, word: "mine", sign: UserOutline },
};
