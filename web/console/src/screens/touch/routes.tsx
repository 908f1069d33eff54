import { SendOutlined } from "@ant-design/icons";

import type { Area } from "../../app/screens";

export const area: Area = {
  name: "touch",
  icon: <SendOutlined />,
  rights: ["touch.read"],
  routes: [
    { index: true, lazy: () => import("./Touches").then((m) => ({ Component: m.Touches })) },
    { path: "programmes", lazy: () => import("./Programmes").then((m) => ({ Component: m.Programmes })) },
    { path: "rules", lazy: () => import("./rules/RulesPage").then((m) => ({ Component: m.RulesPage })) },
  ],
  entries: [
    { path: "/touch", label: "touch:title" },
    { path: "/touch/programmes", label: "touch:programme.title" },
    { path: "/touch/rules", label: "touch:rules.title" },
  ],
};
