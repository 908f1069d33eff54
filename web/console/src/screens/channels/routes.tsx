import { ApartmentOutlined } from "@ant-design/icons";

import type { Area } from "../../app/screens";

export const area: Area = {
  name: "channels",
  icon: <ApartmentOutlined />,
  rights: ["channels.read"],
  routes: [
    { index: true, lazy: () => import("./AccountList").then((m) => ({ Component: m.AccountList })) },
    { path: "connect", lazy: () => import("./connect/Connect").then((m) => ({ Component: m.Connect })) },
    { path: "codes", lazy: () => import("./codes/CodeList").then((m) => ({ Component: m.CodeList })) },
    { path: "codes/new", lazy: () => import("./codes/form/NewCode").then((m) => ({ Component: m.NewCode })) },
    { path: "codes/:code", lazy: () => import("./codes/page/CodePage").then((m) => ({ Component: m.CodePage })) },
    { path: "codes/:code/edit", lazy: () => import("./codes/form/EditCode").then((m) => ({ Component: m.EditCode })) },
    { path: "staff", lazy: () => import("./staff/Staff").then((m) => ({ Component: m.Staff })) },
    { path: "groups", lazy: () => import("./staff/Groups").then((m) => ({ Component: m.Groups })) },
    { path: "tags", lazy: () => import("./staff/Tags").then((m) => ({ Component: m.Tags })) },
    { path: "contacts", lazy: () => import("./contacts/Contacts").then((m) => ({ Component: m.Contacts })) },
    { path: "handovers", lazy: () => import("./handovers/Handovers").then((m) => ({ Component: m.Handovers })) },
    { path: "tasks", lazy: () => import("./tasks/Tasks").then((m) => ({ Component: m.Tasks })) },
    { path: "marks", lazy: () => import("./marks/Marks").then((m) => ({ Component: m.Marks })) },
    { path: ":id", lazy: () => import("./account/AccountPage").then((m) => ({ Component: m.AccountPage })) },
  ],
  entries: [
    { path: "/channels", label: "channels:list.title" },
    { path: "/channels/codes", label: "channels:codes.title" },
    { path: "/channels/staff", label: "channels:staff.title" },
    { path: "/channels/contacts", label: "channels:contacts.title" },
    { path: "/channels/handovers", label: "channels:handovers.title" },
    { path: "/channels/tasks", label: "channels:tasks.title" },
    { path: "/channels/groups", label: "channels:groups.title" },
    { path: "/channels/tags", label: "channels:tags.title" },
    { path: "/channels/marks", label: "channels:marks.title" },
  ],
};
