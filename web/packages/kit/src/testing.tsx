import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import { App, ConfigProvider } from "antd";
import i18next from "i18next";
import type { ReactNode } from "react";
import { initReactI18next } from "react-i18next";
import { createMemoryRouter, RouterProvider } from "react-router";

import { BrandContext } from "./brand";
import { kit as en } from "./words/en";
import { kit as zh } from "./words/zh";

void i18next.use(initReactI18next).init({
  lng: "zh",
  fallbackLng: false,
  resources: { zh: { kit: zh }, en: { kit: en } },
  interpolation: { escapeValue: false },
  showSupportNotice: false,
});

/** Draw something as the console would, at an address. For tests. */
export function show(node: ReactNode, at = "/") {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const router = createMemoryRouter([{ path: "*", element: node }], { initialEntries: [at] });
  const drawn = render(
    <ConfigProvider theme={{ token: { motion: false } }} button={{ autoInsertSpace: false }}>
      <App>
        <QueryClientProvider client={client}>
          <BrandContext value={{ name: "", zone: "Asia/Shanghai", currency: "CNY", viewer: "operator.1" }}>
            <RouterProvider router={router} />
          </BrandContext>
        </QueryClientProvider>
      </App>
    </ConfigProvider>,
  );
  return { ...drawn, router };
}
