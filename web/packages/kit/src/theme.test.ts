// @vitest-environment node
import { theme } from "antd";
import { describe, expect, it } from "vitest";

import { palette, themeOf } from "./theme";

type Rgb = [number, number, number];

/** A colour as antd writes it, laid over another. */
function over(color: string, below: Rgb): Rgb {
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color);
  if (hex) return [hex[1], hex[2], hex[3]].map((part) => parseInt(part ?? "", 16)) as Rgb;
  const [r = 0, g = 0, b = 0, a = 1] = color.match(/[\d.]+/g)?.map(Number) ?? [];
  return [r, g, b].map((part, index) => part * a + (below[index] ?? 0) * (1 - a)) as Rgb;
}

function luminance(color: Rgb): number {
  const [r = 0, g = 0, b = 0] = color.map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** As WCAG has it: small text needs 4.5. */
function contrast(text: string, ground: string, dark: boolean): number {
  const base: Rgb = dark ? [0, 0, 0] : [255, 255, 255];
  const below = over(ground, base);
  const [high = 0, low = 0] = [luminance(over(text, below)), luminance(below)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

describe.each([
  ["light", false],
  ["dark", true],
])("colours, %s", (_name, dark) => {
  const token = theme.getDesignToken(themeOf(dark));
  const grounds = ["colorBgContainer", "colorBgLayout", "colorBgElevated"] as const;
  const texts = ["colorText", "colorTextSecondary", "colorTextTertiary", "colorTextDescription", "colorLink", "colorSuccess", "colorWarning", "colorError"] as const;

  it.each(texts.flatMap((text) => grounds.map((ground) => [text, ground] as const)))("%s can be read on %s", (text, ground) => {
    expect(contrast(token[text], token[ground], dark)).toBeGreaterThanOrEqual(4.5);
  });

  it.each([
    ["colorPrimary", "colorPrimaryBg"],
    ["colorPrimary", "controlItemBgActive"],
    ["colorText", "controlItemBgActive"],
    ["colorInfo", "colorInfoBg"],
    ["colorSuccess", "colorSuccessBg"],
    ["colorWarning", "colorWarningBg"],
    ["colorError", "colorErrorBg"],
    ["colorTextPlaceholder", "colorBgContainer"],
  ] as const)("%s can be read on %s", (text, ground) => {
    expect(contrast(token[text], token[ground], dark)).toBeGreaterThanOrEqual(4.5);
  });

  it.each(["colorPrimary", "colorPrimaryHover", "colorError"] as const)("what a button says can be read on %s", (ground) => {
    expect(contrast(dark ? palette.onBrandDark : "#ffffff", token[ground], dark)).toBeGreaterThanOrEqual(4.5);
  });

  it("lines of a chart stand out from their ground", () => {
    for (const color of dark ? palette.seriesDark : palette.series) expect(contrast(color, token.colorBgContainer, dark), color).toBeGreaterThanOrEqual(3);
  });
});
