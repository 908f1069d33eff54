import { TeamOutlined } from "@ant-design/icons";

import type { Area } from "../../app/screens";

export const area: Area = {
  name: "team",
  icon: <TeamOutlined />,
  rights: ["operators.manage", "keys.manage", "audit.read"],
  routes: [
    { index: true, lazy: () => import("./TeamStart").then((m) => ({ Component: m.TeamStart })) },
    { path: "members", lazy: () => import("./Operators").then((m) => ({ Component: m.Operators })) },
    { path: "rights", lazy: () => import("./Rights").then((m) => ({ Component: m.Rights })) },
    { path: "keys", lazy: () => import("./ApiKeys").then((m) => ({ Component: m.ApiKeys })) },
    { path: "audit", lazy: () => import("./Audit").then((m) => ({ Component: m.Audit })) },
  ],
  entries: [
    { path: "/team/members", label: "team:operators.title", right: "operators.manage" },
    { path: "/team/rights", label: "team:rights.title" },
    { path: "/team/keys", label: "team:keys.title", right: "keys.manage" },
    { path: "/team/audit", label: "team:audit.title", right: "audit.read" },
  ],
};
