import { useCallback } from "react";
import { useSearchParams } from "react-router";

/**
 * A piece of the screen's state that lives in the address: `const [id, setId] = useInAddress("id")`. `null` takes it out.
 * By default the step can be undone with the browser's "back".
 */
export function useInAddress(name: string): [string | null, (value: string | null, replace?: boolean) => void] {
  const [search, setSearch] = useSearchParams();
  const set = useCallback(
    (value: string | null, replace = false) =>
      setSearch(
        (old) => {
          const next = new URLSearchParams(old);
          if (value === null || value === "") next.delete(name);
          else next.set(name, value);
          return next;
        },
        { replace },
      ),
    [name, setSearch],
  );
  return [search.get(name), set];
}
