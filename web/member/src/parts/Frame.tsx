import type { ReactNode } from "react";
import { useEffect, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { NavLink, useLocation } from "react-router";

import { brand } from "../app/brand";
import { chooseLanguage } from "../app/language";
import { tabs } from "../app/pages";
import { Broken } from "./Broken";

function listen(changed: () => void): () => void {
  window.addEventListener("online", changed);
  window.addEventListener("offline", changed);
  return () => {
    window.removeEventListener("online", changed);
    window.removeEventListener("offline", changed);
  };
}

/** What stands around every page: whose it is, whether there is a network, and the way to the others. */
export function Frame({ children }: { children: ReactNode }) {
  const { t, i18n } = useTranslation();
  const online = useSyncExternalStore(listen, () => navigator.onLine);
  const { pathname } = useLocation();
  useEffect(() => {
    window.scrollTo(0, 0);
  }, [pathname]);
  return (
    <div className="frame">
      <header className="top">
        <span className="top-name">
          {brand.logo && <img src={brand.logo} alt="" width="32" height="32" />}
          {brand.name}
        </span>
        <button type="button" className="plain" lang={i18n.language === "zh" ? "en" : "zh-CN"} onClick={() => void chooseLanguage(i18n.language === "zh" ? "en" : "zh")}>
          {t("language.switch")}
        </button>
      </header>
      {!online && (
        <p className="notice" role="alert">
          {t("state.offline")}
        </p>
      )}
      <main>
        <Broken at={pathname}>{children}</Broken>
      </main>
      {pathname !== "/sign-in" && (
        <nav className="tabs" aria-label={t("nav.label")}>
          <ul>
            {tabs.map(({ path, tab: { word, sign: Sign } }) => (
              <li key={path}>
                <NavLink to={path} end={path === "/"}>
                  <Sign />
                  {t(`nav.${word}`)}
                </NavLink>
              </li>
            ))}
          </ul>
        </nav>
      )}
    </div>
  );
}
