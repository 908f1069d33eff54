import { DashboardOutlined } from "@ant-design/icons";

import type { Area } from "../../app/screens";

export const area: Area = {
  name: "system",
  icon: <DashboardOutlined />,
  rights: ["system.read"],
  routes: [{ index: true, lazy: () => import("./SystemPage").then((m) => ({ Component: m.SystemPage })) }],
};
