import { BrandContext, ErrorBoundary, themeOf, useLanguage } from "@siyu/kit";
import { QueryClientProvider } from "@tanstack/react-query";
import { App as AntApp, ConfigProvider, theme } from "antd";
import { useEffect, useState, type ReactNode } from "react";
import { RouterProvider } from "react-router";

import { useDark, useStill } from "./appearance";
import { useBrandOfKit } from "./config";
import { antdLocale } from "./language";
import { makeQueryClient } from "./queries";
import { makeRouter } from "./router";

export function App() {
  const [client] = useState(makeQueryClient);
  const [router] = useState(makeRouter);
  return (
    <Look>
      <ErrorBoundary>
        <QueryClientProvider client={client}>
          <KnowsBrand>
            <RouterProvider router={router} />
          </KnowsBrand>
        </QueryClientProvider>
      </ErrorBoundary>
    </Look>
  );
}

/** Language and colours of antd, and of what is not antd. */
function Look({ children }: { children: ReactNode }) {
  const dark = useDark();
  const still = useStill();
  const language = useLanguage();
  return (
    <ConfigProvider locale={antdLocale(language)} theme={themeOf(dark, still)} button={{ autoInsertSpace: false }}>
      <Page dark={dark} />
      <AntApp style={{ height: "100%" }} message={{ maxCount: 3 }}>
        {children}
      </AntApp>
    </ConfigProvider>
  );
}

function Page({ dark }: { dark: boolean }) {
  const { token } = theme.useToken();
  useEffect(() => {
    const { style } = document.documentElement;
    style.colorScheme = dark ? "dark" : "light";
    style.setProperty("--siyu-focus", token.colorPrimary);
    document.body.style.background = token.colorBgLayout;
  }, [dark, token]);
  return null;
}

function KnowsBrand({ children }: { children: ReactNode }) {
  return <BrandContext value={useBrandOfKit()}>{children}</BrandContext>;
}
