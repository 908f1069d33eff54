import type { Page } from "../../app/pages";

export const page: Page = { path: "/trials/:id", load: () => import("./TrialPage").then((found) => found.TrialPage) };
