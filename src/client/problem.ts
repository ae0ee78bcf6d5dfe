import type { components } from './schema.ts';

/** A refusal as the API writes it (RFC 9457). */
export type Problem = components['schemas']['Problem'];

/** The API was not reached, or answered something that is none of its answers: a proxy's page, or half of one. */
const unreadable = 'answer-unreadable';

/**
 * A call that was refused or failed. `code` is for programs and never renamed, `message` says what was wrong this time,
 * `mend` what to do next; `field` names the part of the request, when it is one.
 */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: string;
  /** The HTTP status; 0 when no answer came. */
  readonly status: number;
  /** What this code means, whatever was wrong this time. */
  readonly title: string;
  readonly mend: string;
  readonly field: string | null;
  /** The request, as the server's log knows it; null when no answer came. */
  readonly requestId: string | null;

  constructor(problem: Omit<Problem, 'type' | 'instance'> & { instance?: string }, options?: ErrorOptions) {
    super(problem.detail, options);
    this.code = problem.code;
    this.status = problem.status;
    this.title = problem.title;
    this.mend = problem.mend;
    this.field = problem.field;
    this.requestId = problem.instance?.replace(/^urn:uuid:/, '') ?? null;
  }
}

export function isApiError(error: unknown, code?: string): error is ApiError {
  return error instanceof ApiError && (code === undefined || error.code === code);
}

/** What an answer that is none of success says. */
export async function readProblem(response: Response): Promise<ApiError> {
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json') === true;
  const problem: unknown = isProblem ? await response.json().catch(() => undefined) : undefined;
  if (typeof problem === 'object' && problem !== null && 'code' in problem) return new ApiError(problem as Problem);
  return new ApiError({
    code: unreadable,
    title: 'The answer could not be read.',
    status: response.status,
    detail: `Something between here and the billing service answered with status ${response.status}.`,
    field: null,
    mend: 'Try again in a moment.',
  });
}

/** For a request that got no answer. One that was called off stays what it is. */
export function unreachable(cause: unknown): unknown {
  if (cause instanceof ApiError || (cause instanceof Error && cause.name === 'AbortError')) return cause;
  return new ApiError(
    {
      code: 'unreachable',
      title: 'No answer came.',
      status: 0,
      detail: 'The billing service could not be reached.',
      field: null,
      mend: 'Check the connection and try again.',
    },
    { cause },
  );
}
