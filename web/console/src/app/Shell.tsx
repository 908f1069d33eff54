import { ErrorState, Loading } from "@siyu/kit";
import { Button, Layout, theme } from "antd";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, Outlet, useLocation, useNavigation } from "react-router";

import { Header } from "./Header";
import { useSession } from "./session";
import { SideMenu } from "./SideMenu";

/** The frame around every screen; who is not signed in goes to the sign-in and comes back. */
export function Shell() {
  const session = useSession();
  const location = useLocation();
  if (session.isPending) return <Loading full />;
  if (session.data) return <Frame />;
  if (session.data === null) {
    const to = location.pathname + location.search;
    return <Navigate to={to === "/" ? "/sign-in" : `/sign-in?to=${encodeURIComponent(to)}`} replace />;
  }
  return <ErrorState error={session.error} onRetry={() => void session.refetch()} />;
}

function Frame() {
  const { t } = useTranslation("shell");
  const { token } = theme.useToken();
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  const busy = useNavigation().state !== "idle";
  useEffect(() => {
    // In braces: browsers have begun to answer scrolling with a promise, which is no clean-up.
    main.current?.scrollTo(0, 0);
  }, [pathname]);
  return (
    <Layout style={{ height: "100%" }} hasSider>
      <Button className="siyu-skip" type="primary" onClick={() => main.current?.focus()}>
        {t("skip")}
      </Button>
      <SideMenu />
      <Layout style={{ minWidth: 0 }}>
        <Header />
        <Layout.Content
          ref={main}
          tabIndex={-1}
          aria-busy={busy}
          style={{ overflow: "auto", padding: token.paddingLG, outline: "none" }}
        >
          <Outlet />
        </Layout.Content>
      </Layout>
    </Layout>
  );
}
