import { type ReactNode, useEffect, useRef, useState } from "react";

/** What may be wider than its place: it then moves sideways, by the arrow keys as well. */
export function Sideways({ label, children }: { label: string; children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  const [wider, setWider] = useState(false);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const watch = new ResizeObserver(() => setWider(element.scrollWidth > element.clientWidth));
    // A table grows beyond what is around it, which keeps its size.
    for (const one of [element, ...element.children, ...element.querySelectorAll("table")]) watch.observe(one);
    return () => watch.disconnect();
  }, []);
  // Only then is it a stop of the keyboard: one more for every table would be in the way.
  const reached = wider ? { role: "region", "aria-label": label, tabIndex: 0 } : {};
  return (
    <div ref={box} style={{ overflowX: "auto" }} {...reached}>
      {children}
    </div>
  );
}
