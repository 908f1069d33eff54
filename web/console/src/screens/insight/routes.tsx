import { LineChartOutlined } from "@ant-design/icons";
import { Navigate } from "react-router";

import type { Area } from "../../app/screens";

const RIGHT = "insight.read";

export const area: Area = {
  name: "insight",
  icon: <LineChartOutlined />,
  rights: [RIGHT],
  routes: [
    { index: true, element: <Navigate to="/insight/retention" replace /> },
    { path: "retention", lazy: () => import("./retention/Retention").then((m) => ({ Component: m.Retention })) },
    { path: "funnels", lazy: () => import("./funnels/Funnels").then((m) => ({ Component: m.Funnels })) },
    { path: "rfm", lazy: () => import("./rfm/Rfm").then((m) => ({ Component: m.Rfm })) },
    { path: "ltv", lazy: () => import("./ltv/Ltv").then((m) => ({ Component: m.Ltv })) },
  ],
  entries: [
    { path: "/insight/retention", label: "insight:retention.title" },
    { path: "/insight/funnels", label: "insight:funnel.title" },
    { path: "/insight/rfm", label: "insight:rfm.title" },
    { path: "/insight/ltv", label: "insight:ltv.title" },
  ],
};
