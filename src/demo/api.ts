/** An answer that was none of the good ones. */
export class ApiError extends Error {
  constructor(
    readonly method: string,
    readonly path: string,
    readonly status: number,
    readonly detail: string,
  ) {
    super(`${method} ${path} answered ${status}: ${detail}`);
    this.name = 'ApiError';
  }
}

interface Ask {
  /** An API key, a shopper's token or a staff session. */
  as?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

const TIMEOUT_MS = 15_000;

/** The public HTTP interface, as any client speaks it. */
export class Api {
  constructor(readonly baseUrl: string) {}

  get<T>(path: string, as?: string): Promise<T> {
    return this.call('GET', path, as === undefined ? {} : { as });
  }

  post<T>(path: string, body: unknown, as?: string): Promise<T> {
    return this.call('POST', path, { body, ...(as === undefined ? {} : { as }) });
  }

  /** @throws ApiError for any answer of 400 and above */
  async call<T>(method: string, path: string, { as, body, headers }: Ask = {}): Promise<T> {
    const response = await fetch(`${this.baseUrl}${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(as === undefined ? {} : { authorization: `Bearer ${as}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    if (response.ok) return (text === '' ? undefined : JSON.parse(text)) as T;
    throw new ApiError(method, path, response.status, detailOf(text));
  }

  /** All items of a list, page by page. */
  async all<T>(path: string, as: string): Promise<T[]> {
    const items: T[] = [];
    let cursor: string | null = null;
    do {
      const after: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page: { items: T[]; nextCursor: string | null } = await this.get(`${path}?limit=200${after}`, as);
      items.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== null);
    return items;
  }
}

function detailOf(text: string): string {
  try {
    const { detail, errors } = JSON.parse(text) as {
      detail?: string;
      errors?: { path: string; detail: string }[];
    };
    const places = (errors ?? []).map((error) => `${error.path}: ${error.detail}`).join('; ');
    return [detail, places].filter((part) => part !== undefined && part !== '').join(' ');
  } catch {
    return text.slice(0, 200);
  }
}
