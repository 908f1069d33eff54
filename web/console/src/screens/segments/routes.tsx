import { PartitionOutlined } from "@ant-design/icons";

import type { Area } from "../../app/screens";

export const area: Area = {
  name: "segments",
  icon: <PartitionOutlined />,
  rights: ["segments.read"],
  routes: [
    { index: true, lazy: () => import("./SegmentList").then((m) => ({ Component: m.SegmentList })) },
    { path: "new", lazy: () => import("./editor/Editor").then((m) => ({ Component: m.NewSegment })) },
    { path: "sets", lazy: () => import("./sets/Sets").then((m) => ({ Component: m.Sets })) },
    { path: "lists", lazy: () => import("./lists/Lists").then((m) => ({ Component: m.Lists })) },
    { path: ":id/edit", lazy: () => import("./editor/Editor").then((m) => ({ Component: m.EditSegment })) },
    { path: ":id", lazy: () => import("./page/SegmentPage").then((m) => ({ Component: m.SegmentPage })) },
  ],
  entries: [
    { path: "/segments", label: "segments:title" },
    { path: "/segments/sets", label: "segments:sets.title" },
    { path: "/segments/lists", label: "segments:lists.title" },
  ],
};
