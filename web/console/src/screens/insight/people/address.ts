import { useCallback } from "react";
import { useSearchParams } from "react-router";

export type Changes = Record<string, string | null | undefined>;

/** The address as a whole: read a name, change several at once. `null` takes one out. */
export function useAddress() {
  const [search, setSearch] = useSearchParams();
  const change = useCallback(
    (changes: Changes, replace = false) => setSearch((old) => withChanges(old, changes), { replace }),
    [setSearch],
  );
  const href = (changes: Changes): string => `?${withChanges(search, changes).toString()}`;
  return { search, change, href };
}

export function withChanges(old: URLSearchParams, changes: Changes): URLSearchParams {
  const next = new URLSearchParams(old);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === undefined || value === "") next.delete(name);
    else next.set(name, value);
  }
  return next;
}

/** One of the allowed words of the address, or the first of them. */
export function oneOf<Word extends string>(text: string | null, words: readonly [Word, ...Word[]]): Word {
  return words.find((word) => word === text) ?? words[0];
}
