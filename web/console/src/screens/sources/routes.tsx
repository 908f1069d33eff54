import { ApiOutlined } from "@ant-design/icons";

import type { Area } from "../../app/screens";

export const area: Area = {
  name: "sources",
  icon: <ApiOutlined />,
  rights: ["sources.read", "intake.read"],
  routes: [
    { index: true, lazy: () => import("./SourceList").then((m) => ({ Component: m.SourceList })) },
    { path: "dead-letters", lazy: () => import("./DeadLetters").then((m) => ({ Component: m.DeadLetters })) },
    { path: ":id", lazy: () => import("./SourcePage").then((m) => ({ Component: m.SourcePage })) },
  ],
  entries: [
    { path: "/sources", label: "sources:list.title", right: "sources.read" },
    { path: "/sources/dead-letters", label: "sources:letters.title", right: "intake.read" },
  ],
};
