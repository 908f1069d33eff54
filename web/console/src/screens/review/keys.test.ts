import { renderHook } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";

import { beside, useKeys } from "./keys";

const press = (key: string, on: EventTarget = document.body, more: KeyboardEventInit = {}): boolean =>
  on.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, ...more }));

describe("useKeys", () => {
  it("does what a key says, and nothing while somebody types or holds Ctrl", () => {
    const merge = vi.fn();
    renderHook(() => useKeys(true, { m: merge }));
    press("M");
    expect(merge).toHaveBeenCalledTimes(1);
    const field = document.body.appendChild(document.createElement("textarea"));
    press("m", field);
    press("m", document.body, { ctrlKey: true });
    press("q");
    expect(merge).toHaveBeenCalledTimes(1);
    field.remove();
  });

  it("is silent while something is being decided", () => {
    const merge = vi.fn();
    const { rerender } = renderHook(({ on }) => useKeys(on, { m: merge }), { initialProps: { on: true } });
    rerender({ on: false });
    press("m");
    expect(merge).not.toHaveBeenCalled();
  });
});

describe("beside", () => {
  it("stays at the ends", () => {
    expect([beside([1, 2, 3], 0, -1), beside([1, 2, 3], 1, 1), beside([1, 2, 3], 2, 1)]).toEqual([1, 3, 3]);
  });
});
