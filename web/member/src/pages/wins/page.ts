import type { Page } from "../../app/pages";

export const page: Page = { path: "/wins", load: () => import("./Wins").then((found) => found.Wins) };
