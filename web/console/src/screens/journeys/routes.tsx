import { NodeIndexOutlined } from "@ant-design/icons";

import type { Area } from "../../app/screens";

export const area: Area = {
  name: "journeys",
  icon: <NodeIndexOutlined />,
  rights: ["journeys.read"],
  routes: [
    { index: true, lazy: () => import("./list/JourneyList").then((m) => ({ Component: m.JourneyList })) },
    { path: "templates", lazy: () => import("./list/Templates").then((m) => ({ Component: m.Templates })) },
    { path: "broadcasts/new", lazy: () => import("./list/Broadcast").then((m) => ({ Component: m.Broadcast })) },
    { path: ":id", lazy: () => import("./editor/JourneyPage").then((m) => ({ Component: m.JourneyPage })) },
  ],
};
