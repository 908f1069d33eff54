import type { Picked } from "../../content/pick/ScriptPick";
import type { Attachment } from "../journey";

/** The step with a script in the place of words of its own, or the other way round. */
export function saying<Step extends { script?: Picked | null; text: string; attachments: readonly Attachment[]; kinds: readonly string[] }>(step: Step, script: Picked | null): Step {
  return script ? { ...step, script, text: "", attachments: [], kinds: [] } : { ...step, script: null };
}
