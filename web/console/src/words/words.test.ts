// @vitest-environment node
import { describe, expect, it } from "vitest";

import * as en from "./en";
import * as zh from "./zh";

function flat(words: object, path = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(words) as [string, string | object][]) {
    if (typeof value === "string") found.set(path + key, value);
    else for (const [name, text] of flat(value, `${path}${key}.`)) found.set(name, text);
  }
  return found;
}

const values = (text: string): string[] => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1] ?? "").sort();

describe.each(Object.keys(zh) as (keyof typeof zh)[])("words of %s", (area) => {
  const [chinese, english] = [flat(zh[area]), flat(en[area])];

  it("has every key in both languages, plurals aside", () => {
    const singular = (key: string): boolean => key.endsWith("_one") && chinese.has(key.replace(/_one$/, "_other"));
    expect([...english.keys()].filter((key) => !singular(key)).sort()).toEqual([...chinese.keys()].sort());
  });

  it("puts the same values into both", () => {
    for (const [key, text] of chinese) expect(values(english.get(key) ?? ""), key).toEqual(values(text));
  });

  it("says something everywhere", () => {
    for (const [key, text] of [...chinese, ...english]) expect(text.trim(), key).not.toBe("");
  });

  it("has no Chinese in the English words", () => {
    // The name of a language is written in that language.
    for (const [key, text] of english) if (key !== "language.zh") expect(text, key).not.toMatch(/[\u4e00-\u9fff]/);
  });
});
