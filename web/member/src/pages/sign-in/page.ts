import type { Page } from "../../app/pages";

export const page: Page = { path: "/sign-in", load: () => import("./SignIn").then((found) => found.SignIn), open: true };
