/** Words of complaints; part of those of touches. */
export const complaint = {
  note: "Write down a complaint",
  ofTouch: "Complained about this",
  noted: "Complained",
  title: "The customer complained",
  what: "By phone, in a chat or in a store. The harm guard counts it, and it cannot be taken back. To reach them no more, leave them alone besides.",
  ok: "Write it down",
} as const;
