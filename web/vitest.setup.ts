import { cleanup, configure } from "@testing-library/react";
import { afterEach } from "vitest";

// Whether something is hidden costs a computed style for each element up to the root, and jsdom has no layout anyway.
configure({ defaultHidden: true });

if (typeof window !== "undefined") {
  // No layout, so no media queries and no observers either: antd asks for both.
  // Nor is anything styled: matching antd's style sheets against every element is most of what such a test would do.
  window.getComputedStyle = (element) => (element as HTMLElement).style;
  const nothing = { matches: false, addEventListener() {}, removeEventListener() {}, addListener() {}, removeListener() {} };
  window.matchMedia = (media) => ({ ...nothing, media }) as unknown as MediaQueryList;
  window.ResizeObserver = class {
    observe() {}
    unobserve() {}
    disconnect() {}
  };
  afterEach(() => {
    cleanup();
    localStorage.clear();
  });
}
