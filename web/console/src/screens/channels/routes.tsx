import { ApartmentOutlined } from "@ant-design/icons";

import type { Area } from "../../app/screens";

export const area: Area = {
  name: "channels",
  icon: <ApartmentOutlined />,
  rights: ["channels.read"],
  routes: [
    { index: true, lazy: () => import("./AccountList").then((m) => ({ Component: m.AccountList })) },
    { path: "connect", lazy: () => import("./connect/Connect").then((m) => ({ Component: m.Connect })) },
    { path: ":id", lazy: () => import("./account/AccountPage").then((m) => ({ Component: m.AccountPage })) },
  ],
  entries: [{ path: "/channels", label: "channels:list.title" }],
};
