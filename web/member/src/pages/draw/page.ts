import type { Page } from "../../app/pages";

export const page: Page = { path: "/draw", load: () => import("./DrawPage").then((found) => found.DrawPage) };
