import { SendOutlined } from "@ant-design/icons";

import type { Area } from "../../app/screens";

export const area: Area = {
  name: "touch",
  icon: <SendOutlined />,
  rights: ["touch.read", "tasks.do"],
  routes: [
    { index: true, lazy: () => import("./TouchStart").then((m) => ({ Component: m.TouchStart })) },
    { path: "tasks", lazy: () => import("./StaffTasks").then((m) => ({ Component: m.StaffTasks })) },
    { path: "programmes", lazy: () => import("./Programmes").then((m) => ({ Component: m.Programmes })) },
    { path: "announcements", lazy: () => import("./announcements/AnnouncementList").then((m) => ({ Component: m.AnnouncementList })) },
    { path: "announcements/new", lazy: () => import("./announcements/AnnouncementNew").then((m) => ({ Component: m.AnnouncementNew })) },
    { path: "announcements/:id", lazy: () => import("./announcements/AnnouncementPage").then((m) => ({ Component: m.AnnouncementPage })) },
    { path: "rules", lazy: () => import("./rules/RulesPage").then((m) => ({ Component: m.RulesPage })) },
  ],
  entries: [
    { path: "/touch", label: "touch:title", right: "touch.read" },
    { path: "/touch/tasks", label: "touch:task.title", right: "tasks.do" },
    { path: "/touch/announcements", label: "touch:announcement.title", right: "touch.read" },
    { path: "/touch/programmes", label: "touch:programme.title", right: "touch.read" },
    { path: "/touch/rules", label: "touch:rules.title", right: "touch.read" },
  ],
};
