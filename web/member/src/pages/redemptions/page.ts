import type { Page } from "../../app/pages";

export const page: Page = { path: "/redemptions", load: () => import("./Redemptions").then((found) => found.Redemptions) };
