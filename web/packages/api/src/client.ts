import createClient from "openapi-fetch";

import type { paths } from "./schema";

/** What a request that failed says. Every route answers `{code, message, message_zh, details}`. */
export class ApiError extends Error {
  constructor(
    /** HTTP status; 0 when no answer came at all. */
    readonly status: number,
    /** The stable code, see docs/reference/errors.md; `Unreachable` and `Unreadable` are made here. */
    readonly code: string,
    message: string,
    readonly messageZh: string,
    readonly details: Record<string, unknown> = {},
    /** Seconds after which it makes sense to try again, when the server said so. */
    readonly retryAfter?: number,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

/**
 * The client. Sessions travel as a cookie; the header shows that a write comes from our own pages.
 * Wrap its calls in {@link answered}, which turns an error answer into an {@link ApiError}.
 */
export const api = createClient<paths>({
  baseUrl: typeof location === "undefined" ? "http://localhost" : location.origin,
  credentials: "same-origin",
  headers: { "X-Siyu-CSRF": "1" },
});

interface Answer<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/**
 * The data of an answer.
 *
 * @throws ApiError the server refused, or could not be reached
 */
export async function answered<Data>(call: Promise<Answer<Data>>): Promise<Data> {
  let answer: Answer<Data>;
  try {
    answer = await call;
  } catch (problem) {
    if (problem instanceof DOMException && problem.name === "AbortError") throw problem;
    throw new ApiError(0, "Unreachable", "The server does not answer. Is Siyu running?", "无法连接服务器，请确认 Siyu 正在运行。");
  }
  if (answer.response.ok) return answer.data as Data;
  throw asError(answer.response, answer.error);
}

function asError(response: Response, body: unknown): ApiError {
  const wait = Number(response.headers.get("Retry-After"));
  const retryAfter = wait > 0 ? wait : undefined;
  if (isErrorBody(body)) {
    return new ApiError(response.status, body.code, body.message, body.message_zh, body.details, retryAfter);
  }
  const { status } = response;
  return new ApiError(status, "Unreadable", `The server answered ${status}.`, `服务器返回了 ${status}。`, {}, retryAfter);
}

interface ErrorBody {
  code: string;
  message: string;
  message_zh: string;
  details: Record<string, unknown>;
}

function isErrorBody(body: unknown): body is ErrorBody {
  return typeof body === "object" && body !== null && "code" in body && "message" in body && "message_zh" in body;
}
