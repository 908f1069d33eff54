// @vitest-environment node
import { theme } from "antd";
import { describe, expect, it } from "vitest";

import { between, contrast, readable } from "./contrast";
import { palette, themeOf } from "./theme";

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

  it("what stands in a cell of a heat map can be read, whatever its colour", () => {
    for (let share = 0; share <= 1; share += 0.05) {
      const ground = between(token.colorPrimaryBg, token.colorPrimary, share);
      // One of the two always reaches 4.5: their grounds meet at a luminance of 0.18.
      expect(contrast(readable(["#ffffff", "#000000"], ground, dark), ground, dark), ground).toBeGreaterThanOrEqual(4.5);
    }
  });

  it("lines of a chart stand out from their ground", () => {
    for (const color of dark ? palette.seriesDark : palette.series) expect(contrast(color, token.colorBgContainer, dark), color).toBeGreaterThanOrEqual(3);
  });
});
