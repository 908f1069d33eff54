import { ApiError } from "@siyu/api";
import { fireEvent, screen, waitFor } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";

import { show } from "../testing";
import { DataTable } from "./DataTable";
import type { Column, Filter, ListPage, ListQuery } from "./types";

interface Row {
  id: number;
  name: string;
  city: string;
}

const columns: Column<Row>[] = [
  { key: "name", title: "姓名", render: (row) => row.name, sortable: true },
  { key: "city", title: "城市", render: (row) => row.city, optional: true },
];
const filters: Filter[] = [{ kind: "text", key: "name", label: "按姓名" }];

/** Three pages of one row each. */
function pages(query: ListQuery): Promise<ListPage<Row>> {
  const id = Number(query.cursor ?? 1);
  if (query.filters["name"] === "nobody") return Promise.resolve({ rows: [], next: null });
  return Promise.resolve({ rows: [{ id, name: `客户${id}`, city: "杭州" }], next: id < 3 ? String(id + 1) : null, total: 3 });
}

function draw(at: string, load: (query: ListQuery) => Promise<ListPage<Row>> = pages) {
  const seen = vi.fn(load);
  const table = (
    <DataTable<Row>
      name="people"
      title="客户"
      columns={columns}
      filters={filters}
      rowKey={(row) => row.id}
      queryKey={["people"]}
      href={(row) => `/people/${row.id}`}
      load={seen}
    />
  );
  return { ...show(table, at), seen };
}

const address = (router: { state: { location: { search: string } } }): string => router.state.location.search;

describe("DataTable", () => {
  it("asks for what the address says, and leads to the row", async () => {
    const { seen } = draw("/?name=林&sort=-name&limit=20");
    const link = await screen.findByRole("link", { name: "客户1" });
    expect(link.getAttribute("href")).toBe("/people/1");
    expect(seen.mock.calls[0]?.[0]).toEqual({
      filters: { name: "林" },
      sort: { key: "name", descending: true },
      cursor: undefined,
      limit: 20,
    });
  });

  it("turns pages forward and back; the place is in the address", async () => {
    const { router } = draw("/");
    await screen.findByText("客户1");
    fireEvent.click(screen.getByRole("button", { name: "下一页" }));
    await screen.findByText("客户2");
    expect(address(router)).toBe("?cursor=2");
    fireEvent.click(screen.getByRole("button", { name: "下一页" }));
    await screen.findByText("客户3");
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "下一页" }).disabled).toBe(true);
    fireEvent.click(screen.getByRole("button", { name: "上一页" }));
    await screen.findByText("客户2");
    fireEvent.click(screen.getByRole("button", { name: "上一页" }));
    await screen.findByText("客户1");
    expect(address(router)).toBe("");
  });

  it("takes a word over with Enter, and says when nothing fits it", async () => {
    const { router } = draw("/?cursor=2");
    const field = await screen.findByRole("searchbox", { name: "按姓名" });
    fireEvent.change(field, { target: { value: " nobody " } });
    fireEvent.keyDown(field, { key: "Enter", keyCode: 13 });
    await screen.findByText("没有符合条件的记录");
    expect(address(router)).toBe("?name=nobody");
    fireEvent.click(screen.getAllByRole("button", { name: "清除筛选" }).at(-1)!);
    await screen.findByText("客户1");
  });

  it("remembers the columns of the person", async () => {
    const first = draw("/");
    await screen.findByText("客户1");
    expect(screen.queryByText("杭州")).toBeNull();
    fireEvent.click(screen.getByRole("button", { name: /列设置/ }));
    fireEvent.click(await screen.findByRole("checkbox", { name: "城市" }));
    await screen.findByText("杭州");
    first.unmount();
    draw("/");
    await screen.findByText("杭州");
    expect(localStorage.getItem("siyu.operator.1.columns.people")).toBe('["name","city"]');
  });

  it("saves a view and comes back to it", async () => {
    const { router } = draw("/?name=林&cursor=2");
    await screen.findByText("客户2");
    fireEvent.click(screen.getByRole("button", { name: /视图/ }));
    fireEvent.change(await screen.findByRole("textbox", { name: "视图名称" }), { target: { value: "姓林的" } });
    fireEvent.click(screen.getByRole("button", { name: "保存" }));
    const saved = await screen.findByRole("button", { name: "姓林的" });
    await router.navigate("/");
    fireEvent.click(saved);
    await waitFor(() => expect(address(router)).toBe("?name=%E6%9E%97"));
  });

  it("says in the screen's language what went wrong, and tries again", async () => {
    const answers = [Promise.reject(new ApiError(503, "EngineProblem", "It is down.", "数据库没有响应。")), pages({ filters: {}, limit: 50 })];
    draw("/", () => answers.shift()!);
    await screen.findByText("数据库没有响应。");
    fireEvent.click(screen.getByRole("button", { name: "重试" }));
    await screen.findByText("客户1");
  });
});
