// @vitest-environment node
import { describe, expect, it } from "vitest";

import { words as en } from "./en";
import { words as zh } from "./zh";

function flat(found: object, path = ""): Map<string, string> {
  const all = new Map<string, string>();
  for (const [key, value] of Object.entries(found) as [string, string | object][]) {
    if (typeof value === "string") all.set(path + key, value);
    else for (const [name, text] of flat(value, `${path}${key}.`)) all.set(name, text);
  }
  return all;
}

const values = (text: string): string[] => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1] ?? "").sort();

describe("the words of members' pages", () => {
  const [chinese, english] = [flat(zh), flat(en)];

  it("are there in both languages", () => expect([...english.keys()].sort()).toEqual([...chinese.keys()].sort()));

  it("put the same values into both", () => {
    for (const [key, text] of chinese) expect(values(english.get(key) ?? ""), key).toEqual(values(text));
  });

  it("say something everywhere, in their own language", () => {
    for (const [key, text] of [...chinese, ...english]) expect(text.trim(), key).not.toBe("");
    for (const [key, text] of english) if (key !== "language.switch") expect(text, key).not.toMatch(/[\u4e00-\u9fff]/);
  });
});
