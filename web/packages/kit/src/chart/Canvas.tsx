import { theme } from "antd";
import type { ECharts, EChartsCoreOption } from "echarts/core";
import { useEffect, useRef } from "react";

import { palette } from "../theme";
import { init } from "./register";
import type { Clicked } from "./types";

interface Props {
  option: EChartsCoreOption;
  height: number;
  label: string;
  onSelect?: (clicked: Clicked) => void;
}

/** ECharts in our colours; follows its width and the theme. Lazy: this module brings ECharts along. */
export function Canvas({ option, height, label, onSelect }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts>(null);
  const select = useRef(onSelect);
  const { token } = theme.useToken();
  const dark = token.colorBgContainer !== "#ffffff";
  useEffect(() => {
    select.current = onSelect;
  }, [onSelect]);
  useEffect(() => {
    if (!place.current) return undefined;
    const made = init(place.current);
    chart.current = made;
    made.on("click", (event) => {
      const { seriesName, name, value, dataIndex } = event as Clicked;
      select.current?.({ seriesName, name, value, dataIndex, data: (event as Clicked).data });
    });
    const watch = new ResizeObserver(() => made.resize());
    watch.observe(place.current);
    return () => {
      watch.disconnect();
      made.dispose();
      chart.current = null;
    };
  }, []);
  useEffect(() => {
    chart.current?.setOption(
      {
        color: [...(dark ? palette.seriesDark : palette.series)],
        backgroundColor: "transparent",
        textStyle: { fontFamily: token.fontFamily, color: token.colorText },
        animationDuration: 300,
        aria: { enabled: true, label: { description: label } },
        ...inTheme(option, token),
      },
      { notMerge: true },
    );
  }, [option, dark, label, token]);
  return <div ref={place} style={{ height, width: "100%", cursor: onSelect ? "pointer" : undefined }} />;
}

type Part = Record<string, unknown>;
type Tokens = ReturnType<typeof theme.useToken>["token"];

/** Axes, legend and tips in the theme's colours, where the option does not say otherwise. */
function inTheme(option: EChartsCoreOption, token: Tokens): EChartsCoreOption {
  const axis: Part = {
    axisLabel: { color: token.colorTextSecondary },
    axisLine: { lineStyle: { color: token.colorBorder } },
    splitLine: { lineStyle: { color: token.colorBorderSecondary } },
    nameTextStyle: { color: token.colorTextSecondary },
  };
  const tip: Part = {
    backgroundColor: token.colorBgElevated,
    borderColor: token.colorBorderSecondary,
    textStyle: { color: token.colorText },
    confine: true,
  };
  const text: Part = { textStyle: { color: token.colorText } };
  return {
    ...option,
    ...("grid" in option ? {} : { grid: { left: 8, right: 16, top: 32, bottom: 8, containLabel: true } }),
    ...over(option, "xAxis", axis),
    ...over(option, "yAxis", axis),
    ...over(option, "tooltip", tip),
    ...over(option, "legend", text),
    ...over(option, "visualMap", text),
  };
}

function over(option: EChartsCoreOption, name: string, below: Part): Part {
  const own = option[name];
  if (own === undefined) return {};
  const merge = (one: Part): Part => {
    const merged: Part = { ...below, ...one };
    for (const key of Object.keys(below)) {
      const [mine, theirs] = [below[key], one[key]];
      if (isPart(mine) && isPart(theirs)) merged[key] = { ...mine, ...theirs };
    }
    return merged;
  };
  return { [name]: Array.isArray(own) ? (own as Part[]).map(merge) : merge(own as Part) };
}

function isPart(value: unknown): value is Part {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
