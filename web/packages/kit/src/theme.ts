import { theme, type ThemeConfig } from "antd";
import type { AliasToken } from "antd/es/theme/interface";

/** Light, dark, or what the system says. */
export type Appearance = "light" | "dark" | "system";

/** The only colours that are written down; everything else comes from antd's tokens. */
export const palette = {
  brand: "#0b6e4f",
  brandDark: "#3fb68b",
  /** On a button of that. */
  onBrandDark: "#08130f",
  /** antd's own is the colour of the page, on which a tag would not be seen. */
  tag: "#e9e9e9",
  tagDark: "#2a2a2a",
  series: ["#0b6e4f", "#3b7dd8", "#c9741f", "#8f56c9", "#c7405e", "#2396a9", "#8a8f2b", "#6b7280"],
  seriesDark: ["#3fb68b", "#6ea8f0", "#eda55c", "#b48ae0", "#e0768d", "#5cc5d6", "#b9be5c", "#9ca3af"],
} as const;

const FONT =
  'system-ui, -apple-system, "Segoe UI", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';

/** Where antd's own shades miss a contrast of 4.5 : 1 on small text; `theme.test.ts` measures them. */
const LIGHT: Partial<AliasToken> = {
  colorPrimary: palette.brand,
  colorInfo: palette.brand,
  colorLink: palette.brand,
  colorPrimaryBg: "#e3f3ec",
  colorPrimaryBgHover: "#cdeadd",
  colorInfoBg: "#e3f3ec",
  colorInfoBorder: "#9fd3bd",
  controlItemBgActive: "#e3f3ec",
  controlItemBgActiveHover: "#cdeadd",
  colorSuccess: "#237804",
  colorSuccessBg: "#f6ffed",
  colorSuccessBorder: "#b7eb8f",
  colorWarning: "#995c00",
  colorWarningBg: "#fffbe6",
  colorWarningBorder: "#ffe58f",
  colorError: "#cf1322",
  colorErrorBg: "#fff2f0",
  colorErrorBorder: "#ffccc7",
  colorTextSecondary: "rgba(0,0,0,0.72)",
  colorTextTertiary: "rgba(0,0,0,0.62)",
  colorTextDescription: "rgba(0,0,0,0.62)",
  colorTextPlaceholder: "rgba(0,0,0,0.58)",
};

const DARK: Partial<AliasToken> = {
  colorPrimary: palette.brandDark,
  colorInfo: palette.brandDark,
  colorLink: palette.brandDark,
  colorPrimaryBg: "#0e2a24",
  colorPrimaryBgHover: "#14392f",
  colorInfoBg: "#0e2a24",
  colorInfoBorder: "#1d5648",
  controlItemBgActive: "#0e2a24",
  controlItemBgActiveHover: "#14392f",
  colorTextSecondary: "rgba(255,255,255,0.75)",
  colorTextTertiary: "rgba(255,255,255,0.65)",
  colorTextDescription: "rgba(255,255,255,0.65)",
  colorTextPlaceholder: "rgba(255,255,255,0.6)",
  colorSuccess: "#6abe39",
  colorSuccessBg: "#162312",
  colorSuccessBorder: "#274916",
  colorWarning: "#e8b339",
  colorWarningBg: "#2b2111",
  colorWarningBorder: "#594214",
  colorError: "#f79794",
  colorErrorBg: "#2a1215",
  colorErrorBorder: "#58181c",
};

/** antd's theme in our colours and the system's fonts; `still`: nothing moves, dialogs are there at once. */
export function themeOf(dark: boolean, still = false): ThemeConfig {
  return {
    algorithm: dark ? theme.darkAlgorithm : theme.defaultAlgorithm,
    token: { ...(dark ? DARK : LIGHT), fontFamily: FONT, borderRadius: 6, motion: !still },
    components: {
      Tag: { defaultBg: dark ? palette.tagDark : palette.tag },
      Layout: { headerPadding: "0 16px", headerHeight: 56 },
      // White does not stand out from the bright colours of the dark theme.
      ...(dark && { Button: { primaryColor: palette.onBrandDark, dangerColor: palette.onBrandDark } }),
    },
  };
}
