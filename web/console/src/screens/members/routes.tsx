import { CrownOutlined } from "@ant-design/icons";
import { Navigate } from "react-router";

import type { Area } from "../../app/screens";

export const area: Area = {
  name: "members",
  icon: <CrownOutlined />,
  rights: ["ledger.read"],
  routes: [
    { index: true, element: <Navigate to="/members/earning" replace /> },
    { path: "earning", lazy: () => import("./rules/EarningPage").then((m) => ({ Component: m.EarningPage })) },
    { path: "tiers", lazy: () => import("./rules/TiersPage").then((m) => ({ Component: m.TiersPage })) },
    { path: "tasks", lazy: () => import("./rules/TasksPage").then((m) => ({ Component: m.TasksPage })) },
    { path: "check-in", lazy: () => import("./rules/CheckInPage").then((m) => ({ Component: m.CheckInPage })) },
    { path: "ledger", lazy: () => import("./ledger/LedgerPage").then((m) => ({ Component: m.LedgerPage })) },
    { path: "approvals", lazy: () => import("./ledger/Approvals").then((m) => ({ Component: m.Approvals })) },
  ],
  entries: [
    { path: "/members/earning", label: "members:earning.title", right: "ledger.read" },
    { path: "/members/tiers", label: "members:tiers.title", right: "ledger.read" },
    { path: "/members/tasks", label: "members:tasks.title", right: "ledger.read" },
    { path: "/members/check-in", label: "members:checkIn.title", right: "ledger.read" },
    { path: "/members/ledger", label: "members:ledger.title", right: "ledger.read" },
    { path: "/members/approvals", label: "members:byHand.title", right: "ledger.read" },
  ],
};
