import GiftOutline from "antd-mobile-icons/es/GiftOutline";

import type { Page } from "../../app/pages";

export const page: Page = {
  path: "/rewards",
  load: () => import("./Shop").then((found) => found.Shop),
  tab: { place: 3, word: "rewards", sign: GiftOutline },
};
