import { TeamOutlined } from "@ant-design/icons";

import type { Area } from "../../app/screens";

export const area: Area = {
  name: "customers",
  icon: <TeamOutlined />,
  rights: ["customers.read"],
  routes: [
    { index: true, lazy: () => import("./CustomerList").then((m) => ({ Component: m.CustomerList })) },
    { path: ":id/merge", lazy: () => import("./MergeWith").then((m) => ({ Component: m.MergeWith })) },
    { path: ":id/split", lazy: () => import("./Split").then((m) => ({ Component: m.Split })) },
    {
      path: ":id",
      lazy: () => import("./Customer").then((m) => ({ Component: m.Customer })),
      children: [
        { index: true, lazy: () => import("./Overview").then((m) => ({ Component: m.Overview })) },
        { path: "orders", lazy: () => import("./Orders").then((m) => ({ Component: m.Orders })) },
        { path: "value", lazy: () => import("../members/ledger/PersonValue").then((m) => ({ Component: m.PersonValue })) },
        { path: "timeline", lazy: () => import("./Timeline").then((m) => ({ Component: m.Timeline })) },
        { path: "touches", lazy: () => import("../touch/PersonTouches").then((m) => ({ Component: m.PersonTouches })) },
        { path: "journeys", lazy: () => import("./Journeys").then((m) => ({ Component: m.Journeys })) },
        { path: "graph", lazy: () => import("./Graph").then((m) => ({ Component: m.Graph })) },
      ],
    },
  ],
};
