import type { Page } from "../../app/pages";

/** Where a platform sends people back who signed in there, and where a mini program opens these pages. */
export const page: Page = { path: "/enter", load: () => import("./Enter").then((found) => found.Enter), open: true };
