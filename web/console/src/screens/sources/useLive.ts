import { useEffect, useRef, useState } from "react";

import { withMessage, type Shown, type Traced } from "./stream";

/** Milliseconds after the opening in which what comes is the backlog. */
const BACKLOG = 1000;

export type Connection = "connecting" | "open" | "closed";

interface Live {
  connection: Connection;
  messages: readonly Shown[];
  /** How many the server left out because too many came at once. */
  skipped: number;
  /** How many came since it was paused. */
  held: number;
  clear: () => void;
}

/** The messages of a source as they come. A browser connects again by itself and goes on where it was. */
export function useLive(source: number, paused: boolean): Live {
  const [connection, setConnection] = useState<Connection>("connecting");
  const [messages, setMessages] = useState<readonly Shown[]>([]);
  const [skipped, setSkipped] = useState(0);
  const [held, setHeld] = useState<readonly Shown[]>([]);
  const [wasPaused, setWasPaused] = useState(paused);
  const still = useRef(paused);
  if (wasPaused !== paused) {
    setWasPaused(paused);
    if (!paused) {
      setMessages(held.reduce(withMessage, messages));
      setHeld([]);
    }
  }
  useEffect(() => {
    still.current = paused;
  }, [paused]);
  useEffect(() => {
    let key = 0;
    let opened = Infinity;
    const stream = new EventSource(`/api/v1/sources/${source}/live`);
    stream.onopen = () => {
      opened = Math.min(opened, Date.now());
      setConnection("open");
    };
    stream.onerror = () => setConnection("closed");
    stream.addEventListener("message", (event: MessageEvent<string>) => {
      // What came before is told at once, without its time.
      const at = Date.now() - opened < BACKLOG ? null : Date.now();
      const next: Shown = { ...(JSON.parse(event.data) as Traced), key: (key += 1), at };
      if (still.current) setHeld((old) => [...old, next].slice(-300));
      else setMessages((old) => withMessage(old, next));
    });
    stream.addEventListener("skipped", (event: MessageEvent<string>) => {
      const { count } = JSON.parse(event.data) as { count: number };
      setSkipped((old) => old + count);
    });
    return () => stream.close();
  }, [source]);
  const clear = (): void => {
    setMessages([]);
    setSkipped(0);
  };
  return { connection, messages, skipped, held: held.length, clear };
}
