import { CrownOutlined } from "@ant-design/icons";
import { Navigate } from "react-router";

import type { Area } from "../../app/screens";

export const area: Area = {
  name: "members",
  icon: <CrownOutlined />,
  rights: ["ledger.read"],
  routes: [
    { index: true, element: <Navigate to="/members/check-in" replace /> },
    { path: "check-in", lazy: () => import("./rules/CheckInPage").then((m) => ({ Component: m.CheckInPage })) },
  ],
  entries: [{ path: "/members/check-in", label: "members:checkIn.title", right: "ledger.read" }],
};
