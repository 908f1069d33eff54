import { useCallback, useState } from "react";

import { useBrand } from "../brand";

/** Something a person keeps in this browser, under their own name: `useKept("columns.customers", [])`. */
export function useKept<Value>(name: string, otherwise: Value): [Value, (value: Value) => void] {
  const { viewer } = useBrand();
  const key = `siyu.${viewer}.${name}`;
  const [, redraw] = useState(0);
  const set = useCallback(
    (value: Value) => {
      localStorage.setItem(key, JSON.stringify(value));
      redraw((count) => count + 1);
    },
    [key],
  );
  return [read(key, otherwise), set];
}

function read<Value>(key: string, otherwise: Value): Value {
  const text = localStorage.getItem(key);
  if (text === null) return otherwise;
  try {
    return JSON.parse(text) as Value;
  } catch {
    return otherwise; // somebody else wrote there
  }
}
