import type { UseQueryResult } from "@tanstack/react-query";
import { useEffect, useState } from "react";

/** The server's time in milliseconds, second by second, however wrong the phone's clock is; before an answer, the phone's. */
export function useServerTime(of: UseQueryResult<{ now: string }>): number {
  const [phone, setPhone] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setPhone(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return of.data ? serverTime(of.data.now, of.dataUpdatedAt, phone) : phone;
}

/** What the server's clock shows when the phone's shows `phone`, where it said `told` when the phone's showed `at`. */
export function serverTime(told: string, at: number, phone: number): number {
  return Date.parse(told) + Math.max(0, phone - at);
}

/** Days, and the rest as `03:25:07`; nothing below zero. */
export function remaining(milliseconds: number): { days: number; clock: string } {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  const two = (value: number): string => String(value).padStart(2, "0");
  const [days, rest] = [Math.floor(seconds / 86_400), seconds % 86_400];
  return { days, clock: `${two(Math.floor(rest / 3600))}:${two(Math.floor((rest % 3600) / 60))}:${two(rest % 60)}` };
}
