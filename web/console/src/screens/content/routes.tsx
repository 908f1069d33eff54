import { FileTextOutlined } from "@ant-design/icons";

import type { Area } from "../../app/screens";

export const area: Area = {
  name: "content",
  icon: <FileTextOutlined />,
  rights: ["content.read"],
  routes: [
    { index: true, lazy: () => import("./materials/MaterialList").then((m) => ({ Component: m.MaterialList })) },
    { path: "materials/new", lazy: () => import("./materials/MaterialPage").then((m) => ({ Component: m.NewMaterial })) },
    { path: "materials/:id", lazy: () => import("./materials/MaterialPage").then((m) => ({ Component: m.MaterialPage })) },
    { path: "scripts", lazy: () => import("./scripts/ScriptList").then((m) => ({ Component: m.ScriptList })) },
    { path: "scripts/new", lazy: () => import("./scripts/ScriptEditor").then((m) => ({ Component: m.NewScript })) },
    { path: "scripts/:id", lazy: () => import("./scripts/ScriptPage").then((m) => ({ Component: m.ScriptPage })) },
    { path: "scripts/:id/edit", lazy: () => import("./scripts/ScriptEditor").then((m) => ({ Component: m.EditScript })) },
    { path: "personas", lazy: () => import("./personas/PersonaList").then((m) => ({ Component: m.PersonaList })) },
    { path: "personas/new", lazy: () => import("./personas/PersonaPage").then((m) => ({ Component: m.NewPersona })) },
    { path: "personas/:id", lazy: () => import("./personas/PersonaPage").then((m) => ({ Component: m.PersonaPage })) },
    { path: "moments", lazy: () => import("./moments/CalendarList").then((m) => ({ Component: m.CalendarList })) },
    { path: "moments/:id", lazy: () => import("./moments/CalendarPage").then((m) => ({ Component: m.CalendarPage })) },
  ],
  entries: [
    { path: "/content", label: "content:materials.title" },
    { path: "/content/scripts", label: "content:scripts.title" },
    { path: "/content/personas", label: "content:personas.title" },
    { path: "/content/moments", label: "content:moments.title" },
  ],
};
