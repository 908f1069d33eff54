import type { Page } from "../../app/pages";

export const page: Page = { path: "/orders", load: () => import("./Orders").then((found) => found.Orders) };
