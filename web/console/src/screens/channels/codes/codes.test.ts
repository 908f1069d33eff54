// @vitest-environment node
import { describe, expect, it } from "vitest";

import { daysAgo, isWorkedOn, pictureOf, placeOf, stateOf } from "./codes";
import { missingIn, withField } from "./form/attachments";
import { definitionOf, draftOf, NEW, NEW_GREETING, type Definition } from "./form/draft";
import { covers, DAYS, HALF_HOURS, minuteOf, stretches, together, uncovered, type Span } from "./form/week";
import { filled, greetingAt, helloAt, onDutyAt, unknownIn } from "./form/welcome";
import { lastNumber } from "./page/cards";
import { stepsOf } from "./page/funnel";

const night: Span = { begins: "22:00", ends: "06:00", days: [7] };
const work: Span = { begins: "09:00", ends: "18:00", days: [1, 2, 3, 4, 5] };

describe("attachments of a welcome", () => {
  it("say what they lack, and leave alone what is not made here", () => {
    expect([missingIn(["image", {}]), missingIn(["image", { file: "3" }]), missingIn(["link", { title: "店", url: " " }]), missingIn(["video", {}]), missingIn(["image", { media_id: "m" }])]).toEqual([["file"], [], ["url"], [], []]);
  });

  it("hold only what was filled in", () => {
    expect(withField(["link", { title: "店" }], "url", "https://a.example")).toEqual(["link", { title: "店", url: "https://a.example" }]);
    expect(withField(["link", { title: "店", desc: "x" }], "desc", "")).toEqual(["link", { title: "店" }]);
  });
});

describe("times of the week", () => {
  it("takes what the server takes", () => {
    expect(["00:00", "09:30", "24:00", "9:00", "24:30", "12:60", ""].map(minuteOf)).toEqual([0, 570, 1440, null, null, null, null]);
    expect([HALF_HOURS.length, HALF_HOURS[1], HALF_HOURS.at(-1)]).toEqual([49, "00:30", "24:00"]);
  });

  it("gives what is over midnight to the day on which it begins, around the week's end too", () => {
    expect([covers(night, 7, 23 * 60), covers(night, 1, 5 * 60 + 59), covers(night, 1, 6 * 60), covers(night, 6, 23 * 60)]).toEqual([true, true, false, false]);
    expect(stretches(night)).toEqual([{ day: 7, begins: 1320, ends: 1440 }, { day: 1, begins: 0, ends: 360 }]);
    expect(stretches({ ...night, ends: "00:00" })).toEqual([{ day: 7, begins: 1320, ends: 1440 }]);
  });

  it("says which times nobody has, for every minute of the week", () => {
    const spans = [work, night, { begins: "17:00", ends: "20:00", days: [5, 6] }];
    const open = uncovered(spans);
    for (const day of DAYS) {
      for (let minute = 0; minute < 1440; minute += 7) {
        const free = open.some((one) => one.day === day && one.begins <= minute && minute < one.ends);
        expect(free).toBe(!spans.some((span) => covers(span, day, minute)));
      }
    }
    expect(together(uncovered([work]))).toEqual([
      { begins: "00:00", ends: "09:00", days: [1, 2, 3, 4, 5] },
      { begins: "18:00", ends: "24:00", days: [1, 2, 3, 4, 5] },
      { begins: "00:00", ends: "24:00", days: [6, 7] },
    ]);
    expect(uncovered([{ begins: "00:00", ends: "24:00", days: [...DAYS] }])).toEqual([]);
  });
});

describe("a code in the form", () => {
  const definition: Definition = {
    region: "华东",
    store: "南京西路店",
    note: "",
    page_next: null,
    page_most: null,
    tags: ["门店"],
    platform_tag_ids: ["t1"],
    remark: "{name}",
    called: "朋友",
    greetings: [{ text: "{greeting}", attachments: [["link", { url: "https://a" }]], span: work }, { text: "您好", attachments: [], span: null }],
    roster: { staff: ["a"], shifts: [{ span: work, staff: ["b"] }], backups: ["c"], daily_cap: 50, caps: { b: 10 }, verify_free: "during", verify_free_during: [night] },
    chats: null,
  };

  it("comes out as it went in", () => {
    expect(definitionOf(draftOf("x", definition), "staff")).toEqual(definition);
  });

  it("leaves out what does not belong to the kind", () => {
    const group = definitionOf({ ...draftOf("x", definition), group_ids: ["g"], base_name: " 福利群 " }, "group");
    expect([group.roster, group.greetings, group.remark, group.platform_tag_ids]).toEqual([null, [], "", []]);
    expect(group.chats).toEqual({ group_ids: ["g"], new_groups: true, base_name: "福利群", base_number: 1 });
    expect(definitionOf({ ...NEW, verify_free: "always", verify_free_during: [night] }, "staff").roster?.verify_free_during).toEqual([]);
  });

  it("puts days into their order, and drops caps that are not whole", () => {
    const draft = { ...NEW, shifts: [{ ...work, days: [5, 1], staff: ["a"] }], caps: [{ staff: "a", cap: null }, { staff: "b", cap: 3 }] };
    const roster = definitionOf(draft, "link").roster;
    expect([roster?.shifts[0]?.span.days, roster?.caps]).toEqual([[1, 5], { b: 3 }]);
  });
});

describe("the preview of a welcome", () => {
  const greetings = [{ ...NEW_GREETING, ...work, timed: true, text: "day" }, { ...NEW_GREETING, text: "any" }];

  it("is the first whose time it is", () => {
    expect([greetingAt(greetings, 1, 600)?.text, greetingAt(greetings, 1, 1200)?.text, greetingAt(greetings.slice(0, 1), 6, 600)]).toEqual(["day", "any", undefined]);
    expect([greetingAt([undefined, { timed: true, text: "half made" }, { text: "any" }], 1, 600)?.text, greetingAt([], 1, 600)]).toEqual(["any", undefined]);
  });

  it("is signed by who is on duty, or by the backups", () => {
    const draft = { shifts: [{ ...work, staff: ["a"] }, { ...night, staff: ["b"] }], backups: ["c"] };
    expect([onDutyAt(draft, 1, 600), onDutyAt(draft, 1, 60), onDutyAt(draft, 3, 1300), onDutyAt({ ...draft, staff: ["d", "a"] }, 1, 600)]).toEqual([["a"], ["b"], ["c"], ["d", "a"]]);
    expect(onDutyAt({}, 1, 600)).toEqual([]);
  });

  it("fills in what it knows, and says what nobody knows", () => {
    expect(filled("{greeting}，{name}！{x}", { greeting: "早上好", name: "{staff}" })).toBe("早上好，{staff}！{x}");
    expect(unknownIn("{name} {nick} {}")).toEqual(["nick", ""]);
    expect([4, 5, 11, 13, 18].map((hour) => helloAt(hour * 60))).toEqual(["晚上好", "早上好", "中午好", "下午好", "晚上好"]);
  });
});

describe("a code on the platform", () => {
  const code = { archived_at: null, open: true, current: true, problem: null, cards: 0, cards_open: 0 };

  it("stands as the platform knows it, and is asked for while something is to be done", () => {
    const problem = { code: "x", en: "x", zh: "x", attempts: 1, retry_at: "2026-03-01T00:00:00Z" };
    const all = [code, { ...code, open: false }, { ...code, current: false }, { ...code, problem }, { ...code, problem, archived_at: "2026-03-01T00:00:00Z" }, { ...code, cards: 2, cards_open: 1 }];
    expect(all.map(stateOf)).toEqual(["open", "opening", "changing", "problem", "archived", "open"]);
    expect(all.map(isWorkedOn)).toEqual([false, true, true, false, false, true]);
  });

  it("has addresses and places", () => {
    expect(pictureOf(3, "poster", { title: "双 11&", of: "page" })).toBe("/api/v1/channels/codes/3/poster?title=%E5%8F%8C+11%26&of=page");
    expect([placeOf({ region: "华东", store: "" }), placeOf({ region: "华东", store: "一店" })]).toEqual(["华东", "华东 · 一店"]);
    expect(daysAgo(2, Date.parse("2026-03-03T00:00:00Z"))).toBe("2026-03-01T00:00:00.000Z");
  });

  it("compares who stayed with who could have", () => {
    const funnel = { shown: 9, added: 10, there: 8, left: 2, due: 4, stayed: 3, bought: 5, scanned: 1, since: "", until: "" };
    expect(stepsOf(funnel).map((one) => one.share)).toEqual([null, null, 0.8, 0.75, 0.5]);
    expect(stepsOf({ ...funnel, added: 0, due: 0 }).map((one) => one.share)).toEqual([null, null, null, null, null]);
  });

  it("asks for cards by the number of the last", () => {
    expect([lastNumber(100, 50), lastNumber(49_990, 100), lastNumber(0, null)]).toEqual([150, 50_000, 1]);
  });
});
