import { ImportOutlined } from "@ant-design/icons";

import type { Area } from "../../app/screens";

const wizard = () => import("./wizard");

export const area: Area = {
  name: "imports",
  icon: <ImportOutlined />,
  rights: ["imports.run"],
  routes: [
    { index: true, lazy: () => import("./ImportList").then((m) => ({ Component: m.ImportList })) },
    { path: "new", lazy: () => wizard().then((m) => ({ Component: m.UploadStep })) },
    {
      path: "new/:file",
      lazy: () => wizard().then((m) => ({ Component: m.Wizard })),
      children: [
        { index: true, lazy: () => wizard().then((m) => ({ Component: m.RecogniseStep })) },
        { path: "mapping", lazy: () => wizard().then((m) => ({ Component: m.MappingStep })) },
        { path: "preview", lazy: () => wizard().then((m) => ({ Component: m.PreviewStep })) },
      ],
    },
    { path: ":id", lazy: () => import("./ImportPage").then((m) => ({ Component: m.ImportPage })) },
  ],
};
