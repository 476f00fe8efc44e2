/** One fault in a request: where it is, a stable code, and words for people. */
export interface Fault {
  path: string;
  code: string;
  detail: string;
}

interface ProblemExtras {
  errors?: readonly Fault[];
  retryAfterSeconds?: number;
  /** Members of this problem alone, such as who holds what was asked for. */
  members?: Readonly<Record<string, unknown>>;
}

/** An answer of RFC 9457: thrown at the edges, turned into `application/problem+json` by the filter. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly extras: ProblemExtras = {},
  ) {
    super(detail);
    this.name = 'Problem';
  }

  /** The body as the contract has it; `instance` is the path asked for. */
  toBody(instance: string): Record<string, unknown> {
    return {
      type: `https://aislecue.dev/problems/${this.code}`,
      title: TITLES[this.status] ?? 'Error',
      status: this.status,
      code: this.code,
      detail: this.detail,
      instance,
      ...(this.extras.errors === undefined ? {} : { errors: this.extras.errors }),
      ...this.extras.members,
    };
  }
}

const TITLES: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  410: 'Gone',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  428: 'Precondition Required',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

export const badRequest = (code: string, detail: string, errors?: readonly Fault[]): Problem =>
  new Problem(400, code, detail, errors === undefined ? {} : { errors });
/** Foreign and missing look alike. */
export const notFound = (what: string): Problem => new Problem(404, 'not-found', `No such ${what}.`);
export const conflict = (code: string, detail: string): Problem => new Problem(409, code, detail);
export const forbidden = (code: string, detail: string): Problem => new Problem(403, code, detail);
export const unauthorized = (detail: string): Problem => new Problem(401, 'unauthorized', detail);
export const tooLarge = (): Problem => new Problem(413, 'too-large', 'The body is larger than 1 MiB.');
export const unavailable = (detail: string, retryAfterSeconds = 1): Problem =>
  new Problem(503, 'unavailable', detail, { retryAfterSeconds });
/** Guesses that are not counted are not limited, so there are none. */
export const signInClosed = (): Problem =>
  unavailable('Nobody can sign in just now: try again in a moment.', 5);
