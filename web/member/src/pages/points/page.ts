import type { Page } from "../../app/pages";

export const page: Page = { path: "/points", load: () => import("./Points").then((found) => found.Points) };
