import type { Page } from "../../app/pages";

export const page: Page = { path: "/invite", load: () => import("./Invite").then((found) => found.Invite) };
