import "i18next";

import type { words } from "./zh";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "member";
    resources: { member: typeof words };
  }
}
