import { ApiError } from "@siyu/api";
import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";

import { ChartFrame } from "./chart/ChartFrame";
import { Confirm } from "./Confirm";
import { Money, When } from "./figures";
import { Identifier } from "./Identifier";
import { Masked } from "./Masked";
import { StatCard } from "./StatCard";
import { Broken, ErrorNote, ErrorState, Loaded } from "./states";
import { show } from "./testing";

afterEach(() => vi.useRealTimers());

describe("Masked", () => {
  it("shows by a click, and hides again after a minute", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    show(<Masked masked="138****8000" may reveal={() => Promise.resolve("13800138000")} />);
    fireEvent.click(screen.getByRole("button", { name: "显示" }));
    await screen.findByText("13800138000");
    act(() => void vi.advanceTimersByTime(60_001));
    expect(screen.queryByText("13800138000")).toBeNull();
    expect(screen.getByText("138****8000")).toBeTruthy();
  });

  it("asks nothing without the right", () => {
    const reveal = vi.fn(() => Promise.resolve("13800138000"));
    show(<Masked masked="138****8000" may={false} reveal={reveal} />);
    fireEvent.click(screen.getByRole("button", { name: "显示" }));
    expect(reveal).not.toHaveBeenCalled();
  });
});

describe("Confirm", () => {
  it("does nothing before it was typed, and stays open when it fails", async () => {
    const remove = vi.fn(() => Promise.reject(new ApiError(409, "Conflict", "Taken.", "已被占用。")));
    show(
      <Confirm label="删除" title="删除来源？" typed="小程序" danger onConfirm={remove}>
        无法撤销。
      </Confirm>,
    );
    fireEvent.click(screen.getByRole("button", { name: "删除" }));
    const ok = await screen.findByRole<HTMLButtonElement>("button", { name: "确定" });
    expect(ok.disabled).toBe(true);
    fireEvent.change(screen.getByRole("textbox"), { target: { value: "小程序" } });
    expect(ok.disabled).toBe(false);
    fireEvent.click(ok);
    await screen.findByText("已被占用。");
    expect(remove).toHaveBeenCalledOnce();
    expect(screen.getByText("删除来源？")).toBeTruthy();
  });
});

describe("ErrorNote", () => {
  it("says once when to try again", () => {
    const busy = (said: string, details: Record<string, unknown>) => new ApiError(503, "TryLater", said, said, details, 60);
    show(<ErrorNote error={busy("队列已满，请在 60 秒后重试。", { retry_after: 60 })} />);
    show(<ErrorNote error={busy("数据库没有响应。", {})} />);
    expect(screen.getByText("队列已满，请在 60 秒后重试。")).toBeTruthy();
    expect(screen.getByText("数据库没有响应。 请在 60 秒后重试。")).toBeTruthy();
  });
});

describe("StatCard", () => {
  it("says how it moved in words too, what is normal, and who is behind it", () => {
    show(<StatCard label="回购率" value="23%" delta={{ share: -0.05, against: "上周", good: "up" }} normal="高于 20%" to="/customers?bought=2" />);
    expect(screen.getByRole("img", { name: "下降" })).toBeTruthy();
    expect(screen.getByText("5%")).toBeTruthy();
    expect(screen.getByText("正常范围：高于 20%")).toBeTruthy();
    expect(screen.getByRole("link", { name: "查看对应客户" }).getAttribute("href")).toBe("/customers?bought=2");
  });
});

describe("ChartFrame", () => {
  const rows = [
    { day: "2026-03-01", fen: 12_300 },
    { day: "2026-03-02", fen: 4_500 },
  ];
  const columns = [
    { title: "日期", value: (row: (typeof rows)[0]) => row.day },
    { title: "金额（元）", value: (row: (typeof rows)[0]) => row.fen / 100, shown: (row: (typeof rows)[0]) => <Money fen={row.fen} /> },
  ];

  it("is a table too, with figures as they are written", () => {
    show(<ChartFrame title="成交额" option={{}} rows={rows} columns={columns} file="sales" />);
    fireEvent.click(screen.getByRole("button", { name: "以表格查看" }));
    expect(screen.getByText("¥123.00")).toBeTruthy();
    expect(screen.getByRole("button", { name: "以图表查看" })).toBeTruthy();
  });

  it("is a file too, with plain values", async () => {
    let saved = new Blob();
    URL.createObjectURL = (file: Blob) => {
      saved = file;
      return "blob:here";
    };
    URL.revokeObjectURL = () => undefined;
    vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => undefined);
    show(<ChartFrame title="成交额" option={{}} rows={rows} columns={columns} file="sales" />);
    fireEvent.click(screen.getByRole("button", { name: "下载 CSV" }));
    const bytes = await new Promise<Uint8Array>((resolve) => {
      const reader = new FileReader(); // jsdom's blobs know nothing newer
      reader.onload = () => resolve(new Uint8Array(reader.result as ArrayBuffer));
      reader.readAsArrayBuffer(saved);
    });
    expect([...bytes.slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    expect(new TextDecoder().decode(bytes)).toBe("日期,金额（元）\r\n2026-03-01,123\r\n2026-03-02,45\r\n");
  });

  it("says that there is nothing instead of drawing nothing", () => {
    show(<ChartFrame title="成交额" option={{}} rows={[]} columns={columns} file="sales" />);
    expect(screen.getByText("暂无数据")).toBeTruthy();
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "下载 CSV" }).disabled).toBe(true);
  });
});

describe("figures", () => {
  it("print nothing as a dash", () => {
    show(<Money fen={null} />);
    expect(screen.getByText("—")).toBeTruthy();
  });

  it("print times for machines too", () => {
    show(<When at={Date.parse("2026-03-01T16:30:00Z")} />);
    const time = screen.getByText("2026-03-02 00:30");
    expect(time.getAttribute("datetime")).toBe("2026-03-01T16:30:00.000Z");
  });

  it("name identifiers they know, and leave others as they are", () => {
    show(
      <>
        <Identifier type="union_id" value="u1" />
        <Identifier type="tiktok_id" value="t1" />
      </>,
    );
    expect(screen.getByText("微信 UnionID")).toBeTruthy();
    expect(screen.getByText("tiktok_id")).toBeTruthy();
  });
});

describe("states", () => {
  it("offer no retry where it cannot help", () => {
    show(<ErrorState error={new ApiError(403, "NotAllowed", "No.", "没有权限 audit.read。")} onRetry={() => undefined} />);
    expect(screen.getByText("没有权限")).toBeTruthy();
    expect(screen.queryByRole("button", { name: "重试" })).toBeNull();
  });

  it("show old data rather than a fresh error", async () => {
    const query = { data: "旧", error: new Error("x"), isPending: false, refetch: () => undefined };
    show(<Loaded query={query}>{(data) => <p>{data}</p>}</Loaded>);
    await waitFor(() => expect(screen.getByText("旧")).toBeTruthy());
  });

  it("name the fault of a broken page", () => {
    show(<Broken problem={new TypeError("x is not a function")} />);
    expect(screen.getByText("TypeError: x is not a function")).toBeTruthy();
  });
});
