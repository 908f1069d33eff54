import type { Page } from "../../app/pages";

export const page: Page = { path: "/transfers", load: () => import("./Transfers").then((found) => found.Transfers) };
