import { DashboardOutlined } from "@ant-design/icons";

import type { Area } from "../../app/screens";

export const area: Area = {
  name: "overview",
  icon: <DashboardOutlined />,
  rights: ["insight.read"],
  routes: [{ index: true, lazy: () => import("./Overview").then((m) => ({ Component: m.Overview })) }],
};
