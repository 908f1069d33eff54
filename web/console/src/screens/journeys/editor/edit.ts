import { ENTRY, ledTo, waysOf } from "../canvas/graph";
import type { Definition, Step, StepKind, When } from "../journey";

/** What can be done to a journey on the canvas; each gives a new definition and leaves the old one as it was. Pure. */

/** A name that no step has yet. */
export function freeName(steps: Definition["steps"], wanted: string): string {
  if (!(wanted in steps)) return wanted;
  for (let number = 2; ; number++) if (!(`${wanted}${number}` in steps)) return `${wanted}${number}`;
}

/** A step as it begins, leading to `next`. */
export function fresh(kind: StepKind, next: string): Step {
  switch (kind) {
    case "wait":
      return { kind, next, duration: "1d", days: 0, weekdays: [], since: "step" };
    case "wait_for":
      return { kind, next, otherwise: next, fact: { kind: "order.paid", where: [] }, timeout: "3d", key: "" };
    case "branch":
      return { kind, cases: [{ when: { by: "value", from_fen: 100_000 }, next }], otherwise: next };
    case "send":
      return { kind, next, text: "", wishes: [], attachments: [], kinds: [], value_fen: 0, valid_for: "1d", dropped: "" };
    case "invite":
      return { kind, next, text: "", wishes: [], code: 0, codes: [], title: "入群邀请", value_fen: 0, valid_for: "1d", dropped: "", full: "" };
    case "moment":
      return { kind, next, text: "", attachments: [], tags: [], at: "10:00", channel: "", account: 0, value_fen: 0, valid_for: "1d", dropped: "" };
    case "staff_task":
      return { kind, next, title: "", say: "", due_in: "1d", channel: "", account: 0, value_fen: 0, declined: "", late: "", dropped: "" };
    case "tag":
      return { kind, next, add: [], remove: [] };
    case "trait":
      return { kind, next, trait: "", value: "" };
    case "points":
      return { kind, next, amount: 10, unit: "points", expires_after: 0 };
    case "webhook":
      return { kind, next, url: "https://" };
    case "goal":
    case "exit":
      return { kind };
  }
}

/** A case of a branch as it begins. */
export function freshWhen(by: When["by"], arms: Definition["arms"]): When {
  switch (by) {
    case "rule":
      return { by, rule: { version: 1, rule: { condition: "all", of: [] } } };
    case "segment":
      return { by, segment: 0 };
    case "value":
      return { by, from_fen: 100_000 };
    case "arm":
      return { by, arm: arms?.[0]?.name ?? "" };
    case "entry":
      return { by, where: [] };
  }
}

/** Put a step into a way. Where the way led is where the new step leads; an end takes nobody further. */
export function inserted(definition: Definition, from: string, way: string, kind: StepKind, called: string): { definition: Definition; name: string } {
  const name = freeName(definition.steps, called);
  const before = definition.steps[from];
  const to = from === ENTRY ? definition.start : ((before && waysOf(before).find((one) => one.way === way)?.to) ?? "");
  const steps = { ...definition.steps, [name]: fresh(kind, to) };
  if (from === ENTRY) return { name, definition: { ...definition, start: name, steps } };
  if (before) steps[from] = ledTo(before, way, name);
  return { name, definition: { ...definition, steps } };
}

/** Where those go who came to a step that is taken out. */
export function successor(step: Step): string {
  if (step.kind === "branch") return step.otherwise;
  return "next" in step ? step.next : "";
}

/** Take a step out: what led there leads to what came after it. */
export function removed(definition: Definition, name: string): Definition {
  const gone = definition.steps[name];
  if (!gone) return definition;
  const after = successor(gone) === name ? "" : successor(gone);
  const { [name]: _, ...rest } = definition.steps;
  return { ...renamedWays({ ...definition, steps: rest }, name, after), layout: without(definition.layout, name) };
}

/** Call a step otherwise; every way that led there still does. */
export function renamed(definition: Definition, name: string, wanted: string): Definition {
  if (name === wanted || !definition.steps[name] || wanted in definition.steps) return definition;
  const steps = Object.fromEntries(Object.entries(definition.steps).map(([each, step]) => [each === name ? wanted : each, step]));
  return { ...renamedWays({ ...definition, steps }, name, wanted), layout: without(definition.layout, name) };
}

function renamedWays(definition: Definition, from: string, to: string): Definition {
  const steps = Object.entries(definition.steps).map(([name, step]): [string, Step] => [
    name,
    waysOf(step).reduce((now, one) => (one.to === from ? ledTo(now, one.way, to) : now), step),
  ]);
  return { ...definition, start: definition.start === from ? to : definition.start, steps: Object.fromEntries(steps) };
}

function without(layout: Definition["layout"], name: string): Definition["layout"] {
  if (!layout) return layout;
  const { [name]: _, ...rest } = layout;
  return rest;
}

/** Put what a form says in the place of a step. */
export function changed(definition: Definition, name: string, step: Step): Definition {
  return { ...definition, steps: { ...definition.steps, [name]: step } };
}

/** Names that the server takes: letters, digits, Chinese, `-` and `_`, at most 60. */
export function isName(text: string): boolean {
  return /^[A-Za-z0-9_\-\u4e00-\u9fff]{1,60}$/.test(text);
}

/** What is kept to go back to: the newest last. */
export interface History<Value> {
  past: readonly Value[];
  now: Value;
  future: readonly Value[];
}

const MOST = 100;

/** The same thing changed again (`merge`) makes no step of its own: typing is undone as one. */
export function done<Value>({ past, now }: History<Value>, next: Value, merge = false): History<Value> {
  if (next === now) return { past, now, future: [] };
  return { past: merge ? past : [...past, now].slice(-MOST), now: next, future: [] };
}

export function undone<Value>(history: History<Value>): History<Value> {
  const last = history.past.at(-1);
  return last === undefined ? history : { past: history.past.slice(0, -1), now: last, future: [history.now, ...history.future] };
}

export function redone<Value>(history: History<Value>): History<Value> {
  const [next, ...future] = history.future;
  return next === undefined ? history : { past: [...history.past, history.now], now: next, future };
}
