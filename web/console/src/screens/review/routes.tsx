import { PullRequestOutlined } from "@ant-design/icons";

import type { Area } from "../../app/screens";

export const area: Area = {
  name: "review",
  icon: <PullRequestOutlined />,
  rights: ["identity.manage"],
  routes: [{ index: true, lazy: () => import("./Review").then((m) => ({ Component: m.Review })) }],
};
