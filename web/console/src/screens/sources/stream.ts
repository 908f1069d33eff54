/** What the live view knows of the messages that came. Pure. */

export interface TracedFact {
  fact_id: number;
  kind: string;
  name: string;
  customer_id: number;
  amount_fen: number | null;
}

export interface Traced {
  what: string;
  message_id: string;
  message_type?: string;
  facts?: TracedFact[];
  stage?: string;
  code?: string;
  reason?: string;
  reason_zh?: string;
  letter_id?: number;
}

export interface Shown extends Traced {
  key: number;
  /** When it was seen here, epoch milliseconds; the messages that came before have none. */
  at: number | null;
}

const MOST = 300;

/** The newest first; one message that is told of again (its facts came apart) keeps its place. */
export function withMessage(shown: readonly Shown[], next: Shown): readonly Shown[] {
  const before = next.what === "accepted" ? shown.findIndex((each) => each.what === "accepted" && each.message_id === next.message_id) : -1;
  const old = shown[before];
  if (!old) return [next, ...shown].slice(0, MOST);
  const known = new Set(old.facts?.map(({ fact_id }) => fact_id));
  const facts = [...(old.facts ?? []), ...(next.facts ?? []).filter(({ fact_id }) => !known.has(fact_id))];
  return shown.map((each, at) => (at === before ? { ...old, facts } : each));
}

/** Whether a message holds the words looked for, in anything that is shown of it. */
export function matches(message: Shown, words: string): boolean {
  if (words === "") return true;
  const held = [message.message_id, message.message_type, message.code, message.reason, message.reason_zh, ...(message.facts ?? []).flatMap((fact) => [fact.kind, fact.name, String(fact.customer_id)])];
  return held.some((each) => each?.toLowerCase().includes(words.toLowerCase()));
}
