import type { Page } from "../../app/pages";

export const page: Page = { path: "/trials", load: () => import("./Trials").then((found) => found.Trials) };
